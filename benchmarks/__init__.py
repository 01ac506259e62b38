"""Speed and size, measured against the promised numbers and beside a baseline in the same run."""
