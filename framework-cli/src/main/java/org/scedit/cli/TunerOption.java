package org.scedit.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalDouble;
import org.scedit.core.UserException;
import org.scedit.core.hook.Scale;

/**
 * A tuner file on the command line: {@code FILE}, {@code FILE=SCALE} or {@code FILE=FROM..TO}.
 *
 * @param file  the file
 * @param scale strength of its residuals, 0 or more
 */
record TunerOption(Path file, Scale scale) {
    /**
     * Reads one of the three forms; the whole text is a file's name where there is such a file.
     *
     * @throws UserException if a scale is no number from 0 upwards
     */
    static TunerOption parse(String text) {
        int equals = text.lastIndexOf('=');
        if (equals < 1 || Files.exists(Path.of(text))) {
            return new TunerOption(Path.of(text), Scale.of(1));
        }
        Path file = Path.of(text.substring(0, equals));
        String written = text.substring(equals + 1);
        String[] ends = written.split("\\.\\.", 2);
        OptionalDouble from = number(ends[0]);
        OptionalDouble to = number(ends[ends.length - 1]);
        if (from.isEmpty() || to.isEmpty()) {
            throw new UserException("--tuner " + text + ": the scale must be a number from 0 upwards, or two such as"
                    + " 1.0..0.2 for the first and the last step, got '" + written
                    + "'; 0 is the base model, 1 the trained strength");
        }
        return new TunerOption(
                file,
                ends.length == 1 ? Scale.of(from.getAsDouble()) : Scale.between(from.getAsDouble(), to.getAsDouble()));
    }

    private static OptionalDouble number(String text) {
        try {
            double value = Double.parseDouble(text);
            return Double.isFinite(value) && value >= 0 ? OptionalDouble.of(value) : OptionalDouble.empty();
        } catch (NumberFormatException e) {
            return OptionalDouble.empty();
        }
    }
}
