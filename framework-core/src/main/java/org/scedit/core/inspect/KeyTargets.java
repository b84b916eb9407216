package org.scedit.core.inspect;

import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.scedit.api.SkipPoint;
import org.scedit.api.Tuner;

/**
 * Which point of the U-Net a file's weight is for, as far as its name tells: by the path of a layer, a feature or a
 * skip's consumer in it, whether with dots or underscores, or by a skip's index.
 */
final class KeyTargets {
    /** A word and a number, as in {@code lsc_identity.11.tuner_op}. */
    private static final Pattern INDEX = Pattern.compile("(?:^|\\.)[A-Za-z_]\\w*\\.(\\d{1,4})(?:\\.|$)");

    /** What is edited by its path in underscores. */
    private final Map<String, String> paths = new LinkedHashMap<>();

    private final Map<Integer, String> skips = new TreeMap<>();

    KeyTargets(Tuner tuner) {
        for (SkipPoint skip : tuner.skips().keySet()) {
            String name = skip.name() + " (" + skip.consumer() + ")";
            paths.put(underscored(skip.consumer()), name);
            skips.put(skip.index(), name);
        }
        tuner.features().keySet().forEach(point -> paths.put(underscored(point.name()), point.name()));
        tuner.layers().keySet().forEach(point -> paths.put(underscored(point.path()), point.path()));
        tuner.backboneParameters().forEach(name -> paths.put(underscored(name), name));
    }

    /** The target of each weight that has one; the others serve several points, or their names do not tell. */
    Map<String, String> of(Collection<String> keys) {
        Map<String, String> targets = new LinkedHashMap<>();
        var indices = new TreeSet<Integer>();
        for (String key : keys) {
            Matcher index = INDEX.matcher(key);
            if (index.find()) {
                indices.add(Integer.parseInt(index.group(1)));
            }
        }
        boolean indexed = indices.equals(skips.keySet());
        for (String key : keys) {
            String name = underscored(key);
            Matcher index = INDEX.matcher(key);
            paths.keySet().stream()
                    .filter(name::contains)
                    .max(Comparator.comparingInt(String::length))
                    .map(paths::get)
                    .or(() -> indexed && index.find()
                            ? Optional.of(skips.get(Integer.parseInt(index.group(1))))
                            : Optional.empty())
                    .ifPresent(target -> targets.put(key, target));
        }
        return targets;
    }

    private static String underscored(String path) {
        return "_" + path.replace('.', '_') + "_";
    }
}
