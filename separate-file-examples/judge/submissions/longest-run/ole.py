def longest_run(text):
    while True:
        print("still thinking about", text)
