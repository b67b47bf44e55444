function edit_distance(a, b {
  return 0;
}
