import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.Set;
import org.jetbrains.kotlin.abi.tools.AbiFilters;
import org.jetbrains.kotlin.abi.tools.AbiTools;
import org.jetbrains.kotlin.abi.tools.AbiToolsFactory;

/** Compares what apps can see of compiled classes with the list that is checked in; with {@code update} it writes the list. */
public class AbiDump {
    public static void main(String[] arguments) throws Exception {
        AbiTools tools = ServiceLoader.load(AbiToolsFactory.class).iterator().next().get();
        List<File> classes = new ArrayList<>();
        try (var files = Files.walk(Path.of(arguments[0]))) {
            files.filter(file -> file.toString().endsWith(".class")).sorted().forEach(file -> classes.add(file.toFile()));
        }
        StringBuilder found = new StringBuilder();
        tools.printJvmDump(found, classes, new AbiFilters(Set.of(), Set.of(), Set.of(), Set.of()));
        if (found.length() == 0) {
            throw new IllegalStateException("nothing public in " + arguments[0]);
        }
        Path list = Path.of(arguments[1]);
        if (arguments[2].equals("update")) {
            Files.createDirectories(list.getParent());
            Files.writeString(list, found);
            return;
        }
        Path now = Files.createTempFile("abi", ".txt");
        try {
            Files.writeString(now, found);
            String difference = Files.exists(list) ? tools.filesDiff(list.toFile(), now.toFile()) : "there is no " + list;
            if (difference != null) {
                System.err.println(difference);
                System.err.println("what apps see has changed; if that is meant: mvn clean verify -DskipTests -Dabi=update");
                System.exit(1);
            }
        } finally {
            Files.delete(now);
        }
    }
}
