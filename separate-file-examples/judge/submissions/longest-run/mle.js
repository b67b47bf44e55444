function longest_run(text) {
  const parts = [];
  for (let i = 0; ; i++) parts.push(text.repeat(1000) + i);
}
