def two_sum(nums, target):
    table = [0] * 10**8
    return table[target]
