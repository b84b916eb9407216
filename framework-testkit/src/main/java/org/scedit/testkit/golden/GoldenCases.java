package org.scedit.testkit.golden;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.scedit.core.engine.Torch;

/**
 * Every case of a directory as a test of its name. What a case checks is decided by the name of its folder alone, so that
 * a folder can be copied, changed and run beside others:
 * <ul>
 *   <li>a case of a known name is run, and fails where a file it needs is missing or an output was left uncompared;
 *   <li>a folder of any other name fails: nothing is passed over in silence.
 * </ul>
 * Three system properties choose: {@code golden.dir} is the directory (absolute, or relative to {@code golden.base}, the
 * directory that the build was started from; by default the folder {@code golden} of the class path), and {@code
 * golden.cases} some of its cases, separated by commas: {@code vae,schedulers,training/sc-plain}.
 */
public final class GoldenCases {
    /** Folders that hold cases and are none themselves. */
    private static final List<String> GROUPS = List.of("schedulers", "training");

    private final Path directory;
    private final List<String> chosen;

    private GoldenCases(Path directory, List<String> chosen) {
        this.directory = directory;
        this.chosen = chosen;
    }

    /** The cases that the system properties name. */
    public static GoldenCases configured() {
        String cases = System.getProperty("golden.cases", "");
        return of(
                isOwn()
                        ? onClassPath()
                        : Path.of(System.getProperty("golden.base", "")).resolve(directoryProperty()),
                Arrays.stream(cases.split(","))
                        .map(String::strip)
                        .filter(name -> !name.isEmpty())
                        .toList());
    }

    /**
     * The cases of a directory.
     *
     * @param chosen names of cases, or of the folders that hold them; empty for all
     */
    public static GoldenCases of(Path directory, List<String> chosen) {
        return new GoldenCases(directory.toAbsolutePath().normalize(), List.copyOf(chosen));
    }

    /** Whether the properties leave it at the cases on the class path. */
    public static boolean isOwn() {
        return directoryProperty().isEmpty();
    }

    private static String directoryProperty() {
        return System.getProperty("golden.dir", "");
    }

    private static Path onClassPath() {
        URL place = Thread.currentThread().getContextClassLoader().getResource("golden");
        if (place == null) {
            throw new AssertionError("no folder 'golden' is on the class path; name one with -Dgolden.dir=DIR");
        }
        try {
            URI uri = place.toURI();
            return Path.of(uri);
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The names of all cases of the directory, chosen or not, in alphabetical order. */
    public List<String> names() {
        List<String> names = new ArrayList<>();
        for (Path folder : children(directory)) {
            String name = folder.getFileName().toString();
            if (!Files.isDirectory(folder) || name.startsWith(".")) {
                continue;
            }
            if (!GROUPS.contains(name)) {
                names.add(name);
                continue;
            }
            for (Path child : children(folder)) {
                String file = child.getFileName().toString();
                if (Files.isDirectory(child)) {
                    names.add(name + "/" + file);
                } else if (file.endsWith("_tables.json")) {
                    names.add(name + "/" + file.replace(".json", ""));
                }
            }
        }
        return names;
    }

    /**
     * A test for each chosen case.
     *
     * @throws AssertionError if the directory holds no case, or none of a chosen name
     */
    public Stream<DynamicTest> tests() {
        List<String> all = names();
        if (all.isEmpty()) {
            throw new AssertionError(directory + ": holds no golden case");
        }
        for (String name : chosen) {
            if (all.stream().noneMatch(each -> matches(name, each))) {
                throw new AssertionError(
                        directory + ": holds no golden case '" + name + "'; there are " + String.join(", ", all));
            }
        }
        List<String> names = all.stream()
                .filter(each -> chosen.isEmpty() || chosen.stream().anyMatch(name -> matches(name, each)))
                .toList();
        return names.stream().map(name -> DynamicTest.dynamicTest(name, () -> run(name)));
    }

    private static boolean matches(String chosen, String name) {
        return name.equals(chosen) || name.startsWith(chosen + "/");
    }

    private void run(String name) throws IOException {
        GoldenCheck check = GoldenCheck.of(name);
        if (check == GoldenCheck.UNKNOWN) {
            throw new AssertionError(
                    directory.resolve(name) + ": no golden case is known by this name; nothing was checked");
        }
        var goldenCase = new GoldenCase(name, directory);
        int threads = Torch.threads();
        // the models are so small that a second thread only waits
        Torch.setThreads(1);
        try {
            check.check(goldenCase);
        } finally {
            Torch.setThreads(threads);
        }
        System.out.println("golden case " + name + ": " + goldenCase.finish());
    }

    private static List<Path> children(Path folder) {
        try (Stream<Path> children = Files.list(folder)) {
            return children.sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(folder + ": no folder of golden cases can be read here", e);
        }
    }
}
