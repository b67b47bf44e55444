def longest_run(text):
    return len(text) / (len(set(text)) - 3)
