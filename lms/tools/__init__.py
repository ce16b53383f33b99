"""Pages of others that lessons lead to: plain links, and tools that are launched by LTI 1.3 and report results back."""
