package org.scedit.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.scedit.api.Annotator;
import org.scedit.api.Picture;
import org.scedit.core.UserException;
import org.scedit.core.condition.Condition;
import org.scedit.core.condition.MapMaker;
import org.scedit.core.data.ImageFolder;
import org.scedit.core.data.MapFolder;
import org.scedit.core.data.Pictures;
import org.scedit.core.plugin.PluginCatalogue;
import org.scedit.core.recipe.TunerSettings;
import org.scedit.core.run.PictureGrid;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Makes the condition maps of a folder of pictures. */
@Command(
        name = "annotate",
        sortOptions = false,
        description = {
            "Makes the condition maps of a folder of pictures, as files of the same names ending in .png, and a contact"
                    + " sheet of maps beside their pictures, contact-sheet.png.",
            "",
            "Recipes take such a folder by {use: file, name: NAME, path: OUT_FOLDER}; a map may be changed by hand"
                    + " before.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  scedit annotate --use canny photos/ edges/",
            "  scedit annotate --use canny --set low=50 --set high=150 photos/ edges/ --force"
        })
final class AnnotateCommand implements Callable<Integer> {
    private static final String CONTACT_SHEET = "contact-sheet.png";
    private static final int MOST_SHOWN = 48;
    private static final int LARGEST_SHOWN = 256;
    private static final int COLUMNS = 6;
    /** More lines than this help nobody; the count still tells all. */
    private static final int MOST_PROBLEMS = 8;

    private final Terminal terminal;

    @Option(
            names = "--use",
            paramLabel = "ID",
            required = true,
            description = "The annotator, as 'scedit plugins' lists it, such as canny.")
    private String use;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "A setting of the annotator, such as low=50; 'scedit plugins ID' lists them.")
    private List<String> settings = List.of();

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "0",
            description = "Seed of what the annotator draws by chance; default: ${DEFAULT-VALUE}.")
    private long seed;

    @Option(names = "--force", description = "Replace files that are there already.")
    private boolean force;

    @Parameters(index = "0", paramLabel = "IN_FOLDER", description = "Pictures; sub-folders count.")
    private Path in;

    @Parameters(index = "1", paramLabel = "OUT_FOLDER", description = "Where the maps go; made if missing.")
    private Path out;

    AnnotateCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        try (PluginCatalogue plugins = Home.plugins()) {
            Annotator<?> annotator = plugins.annotators().get(use);
            if (annotator == null) {
                throw new UserException(
                        "--use '" + use + "': no annotator is named so; " + MapMaker.listed(plugins.annotators()));
            }
            annotate(annotated(annotator), targets());
        }
        return 0;
    }

    private <C extends Record> MapMaker.Annotated<C> annotated(Annotator<C> annotator) {
        C config = TunerSettings.read(SettingOptions.yaml(settings), annotator, "settings of '" + use + "'");
        return new MapMaker.Annotated<>(annotator, config);
    }

    /** The pictures by the map that will be made of each; everything is checked before anything is written. */
    private Map<Path, Path> targets() {
        Path source = in.toAbsolutePath().normalize();
        if (out.toAbsolutePath().normalize().startsWith(source)) {
            throw new UserException(out + ": lies in " + in + ", so its maps would be taken for pictures; choose a"
                    + " folder elsewhere");
        }
        if (Files.exists(out) && !Files.isDirectory(out)) {
            throw new UserException(out + ": is a file, a folder for the maps is needed");
        }
        List<Path> pictures = ImageFolder.pictures(in);
        if (pictures.isEmpty()) {
            throw new UserException(in + ": holds no picture");
        }
        Map<Path, Path> targets = new LinkedHashMap<>();
        List<String> problems = new ArrayList<>();
        for (Path picture : pictures) {
            Path target = out.resolve(MapFolder.png(in.relativize(picture)));
            Path other = targets.putIfAbsent(target, picture);
            if (other != null) {
                problems.add(picture + ": has the map of " + other + ", " + target + "; rename one of them");
            } else if (target.equals(out.resolve(CONTACT_SHEET))) {
                problems.add(picture + ": its map has the name of the contact sheet; rename it");
            } else {
                try {
                    Pictures.read(picture);
                } catch (UserException e) {
                    problems.add(e.getMessage());
                }
            }
        }
        if (!force) {
            targets.keySet().stream().filter(Files::exists).forEach(target -> problems.add(exists(target)));
            if (Files.exists(out.resolve(CONTACT_SHEET))) {
                problems.add(exists(out.resolve(CONTACT_SHEET)));
            }
        }
        if (!problems.isEmpty()) {
            int more = problems.size() - MOST_PROBLEMS;
            throw new UserException(String.join("\n", problems.subList(0, Math.min(problems.size(), MOST_PROBLEMS)))
                    + (more > 0 ? "\n... and " + more + " more" : "") + "\nnothing was written");
        }
        return targets;
    }

    private static String exists(Path file) {
        return file + ": is there already; --force replaces it";
    }

    private <C extends Record> void annotate(MapMaker.Annotated<C> annotator, Map<Path, Path> targets) {
        var condition = new Condition(use, 0, annotator);
        List<Picture> shown = new ArrayList<>();
        List<String> captions = new ArrayList<>();
        int index = 0;
        for (Map.Entry<Path, Path> each : targets.entrySet()) {
            Picture picture = Pictures.read(each.getValue());
            Picture map = annotator.of(picture, condition.seed(seed, index++));
            Pictures.writePng(map, each.getKey());
            if (index <= MOST_SHOWN) {
                shown.add(map);
                shown.add(picture);
                captions.add(use);
                captions.add(in.relativize(each.getValue()).toString());
            }
        }
        int side = Math.min(
                LARGEST_SHOWN,
                shown.stream()
                        .mapToInt(picture -> Math.min(picture.width(), picture.height()))
                        .min()
                        .orElseThrow());
        Path sheet = out.resolve(CONTACT_SHEET);
        Pictures.writePng(
                PictureGrid.draw(
                        shown.stream()
                                .map(picture -> Pictures.fit(picture, side))
                                .toList(),
                        captions,
                        Math.min(COLUMNS, shown.size())),
                sheet);
        terminal.out()
                .println(targets.size() + (targets.size() == 1 ? " map" : " maps") + " in " + out + ", "
                        + annotator.words());
        terminal.out().println(sheet);
    }
}
