const edit_distance = (a, b) => Math.abs(a.length - b.length);
