"""Form files, 管理簿 and code tables → domain objects, with every fault named in the reader's words."""
