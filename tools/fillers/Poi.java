import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.poi.ss.usermodel.Cell;
import org.apache.poi.ss.usermodel.Row.MissingCellPolicy;
import org.apache.poi.ss.util.CellReference;
import org.apache.poi.xssf.usermodel.XSSFWorkbook;

/** java -cp 'JARS/*' Poi.java ISSUED CELLS TARGET: filled and saved by Apache POI. */
public class Poi {
    public static void main(String[] paths) throws Exception {
        try (var book = new XSSFWorkbook(new FileInputStream(paths[0]))) {
            for (String record : Files.readString(Path.of(paths[1])).split("\u001e")) {
                String[] typed = record.split("\u001f", -1);
                var place = new CellReference(typed[1]);
                var row = book.getSheet(typed[0]).getRow(place.getRow());
                Cell cell = row.getCell(place.getCol(), MissingCellPolicy.CREATE_NULL_AS_BLANK);
                cell.setCellValue(typed[2]);
            }
            try (var out = new FileOutputStream(paths[2])) {
                book.write(out);
            }
        }
    }
}
