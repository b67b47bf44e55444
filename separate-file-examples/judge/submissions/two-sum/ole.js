function two_sum(nums, target) {
  for (;;) console.log('still thinking about', target);
}
