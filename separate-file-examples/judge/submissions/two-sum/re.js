function two_sum(nums, target) {
  return nums.find(target).index;
}
