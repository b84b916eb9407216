package org.scedit.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.scedit.core.UserException;

/**
 * What a condition's maps come from, on the command line: {@code --control NAME=PICTURE} or {@code --map NAME=MAP}.
 *
 * @param path  a picture, or a folder with one for each prompt
 * @param ready whether these are maps already
 */
record ControlOption(Path path, boolean ready) {
    /**
     * Reads both kinds of option, by the condition's name.
     *
     * @throws UserException if one is no {@code NAME=PATH}, names no file, or a condition has two
     */
    static Map<String, ControlOption> parse(List<String> controls, List<String> maps) {
        Map<String, ControlOption> parsed = new TreeMap<>();
        controls.forEach(text -> put(parsed, "--control", text, false));
        maps.forEach(text -> put(parsed, "--map", text, true));
        return parsed;
    }

    private static void put(Map<String, ControlOption> parsed, String option, String text, boolean ready) {
        int equals = text.indexOf('=');
        if (equals < 1 || equals == text.length() - 1) {
            throw new UserException(
                    option + " " + text + ": write CONDITION=FILE, such as " + option + " canny=picture.png");
        }
        String name = text.substring(0, equals);
        Path path = Path.of(text.substring(equals + 1));
        if (!Files.exists(path)) {
            throw new UserException(option + " " + text + ": there is no file or folder " + path);
        }
        if (parsed.put(name, new ControlOption(path, ready)) != null) {
            throw new UserException(
                    option + " " + text + ": condition '" + name + "' is given twice; keep one --control or --map");
        }
    }
}
