// node xlsx_populate.js ISSUED CELLS TARGET: filled and saved by xlsx-populate (npm).
const XlsxPopulate = require("xlsx-populate");
const [issued, cells, target] = process.argv.slice(2);

async function fill() {
  const book = await XlsxPopulate.fromFileAsync(issued);
  for (const [sheet, address, text] of require("./cells.js").read(cells)) {
    book.sheet(sheet).cell(address).value(text);
  }
  await book.toFileAsync(target);
}
fill();
