"""Publishing: what anybody may read, laid out so that any server of files, or any CDN, serves it."""
