const longest_run = (text) => new Set(text).size;
