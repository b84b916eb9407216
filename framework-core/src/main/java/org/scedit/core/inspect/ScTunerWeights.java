package org.scedit.core.inspect;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.scedit.core.UserException;
import org.scedit.core.weights.SafetensorsFile;

/**
 * Recognises SC-Tuner weights of files without metadata, such as those of the method's authors, by their names
 * {@code lsc_identity.N.tuner_op.ln1.weight (width, channels)}.
 */
final class ScTunerWeights {
    static final String METHOD = "sc-tuner";
    private static final Pattern NAME = Pattern.compile("lsc_identity\\.(\\d{1,4})\\..+");

    private ScTunerWeights() {}

    /**
     * The settings that make weights of these sizes.
     *
     * @throws UserException if these are no such weights, or of several ratios
     */
    static String settings(SafetensorsFile file) {
        var indices = new TreeSet<Integer>();
        double least = 0;
        double below = Double.POSITIVE_INFINITY;
        List<long[]> sizes = new ArrayList<>();
        for (SafetensorsFile.Entry entry : file.entries().values()) {
            Matcher name = NAME.matcher(entry.name());
            if (!name.matches()) {
                throw unknown(file, entry.name());
            }
            indices.add(Integer.parseInt(name.group(1)));
            if (entry.name().endsWith(".ln1.weight") && entry.shape().length == 2 && entry.elements() > 0) {
                long[] size = entry.shape();
                sizes.add(size);
                least = Math.max(least, (double) size[0] / size[1]);
                below = Math.min(below, (double) (size[0] + 1) / size[1]);
            }
        }
        if (sizes.isEmpty()) {
            throw unknown(file, "no lsc_identity.N.tuner_op.ln1.weight");
        }
        // width = int(channels · ratio); the quotient itself may be rounded to just below the width
        double low = least;
        boolean exact = sizes.stream().allMatch(size -> (long) (size[1] * low) == size[0]);
        double ratio = exact ? low : (least + below) / 2;
        if (!sizes.stream().allMatch(size -> (long) (size[1] * ratio) == size[0])) {
            throw new UserException(file.path()
                    + ": looks like an SC-Tuner, but no single down_ratio gives the widths of all its ln1.weight; use a"
                    + " file whose bottlenecks have one ratio of width to channels");
        }
        return "{down_ratio: " + ratio + ", skips: " + indices + "}";
    }

    private static UserException unknown(SafetensorsFile file, String found) {
        return new UserException(
                file.path() + ": does not say which method made it (no scedit.method in its metadata), and"
                        + " its weights are not recognised (" + found
                        + "); give --method ID, and --settings '{key: value}' where they are not the defaults");
    }
}
