"""What people deal with over HTTP who are reported on, or appraise somebody: replies, readers, the own people."""
