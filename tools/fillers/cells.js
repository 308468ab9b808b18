// The answers to type: records of sheet, address and text, parted by the control characters RS and US.
const fs = require("fs");

exports.read = (path) =>
  fs.readFileSync(path, "utf8").split("\x1e").map((record) => record.split("\x1f"));
