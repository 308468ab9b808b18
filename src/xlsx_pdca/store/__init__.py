"""What a round keeps on disk, written so that no crash loses it, on every operating system."""
