// node exceljs.js ISSUED CELLS TARGET: filled and saved by ExcelJS (npm exceljs).
const ExcelJS = require("exceljs");
const [issued, cells, target] = process.argv.slice(2);

async function fill() {
  const book = new ExcelJS.Workbook();
  await book.xlsx.readFile(issued);
  for (const [sheet, address, text] of require("./cells.js").read(cells)) {
    book.getWorksheet(sheet).getCell(address).value = text;
  }
  await book.xlsx.writeFile(target);
}
fill();
