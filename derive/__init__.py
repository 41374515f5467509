"""The calculus of neural networks, proved, printed and run."""
