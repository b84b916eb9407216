package org.scedit.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import org.scedit.core.UserException;

/**
 * A tuner file on the command line, {@code FILE} or {@code FILE=SCALE}.
 *
 * @param file  the file
 * @param scale strength of its residuals, 0 or more
 */
record TunerOption(Path file, double scale) {
    /**
     * Reads {@code FILE} or {@code FILE=SCALE}.
     *
     * @throws UserException if the scale is no number from 0 upwards
     */
    static TunerOption parse(String text) {
        int equals = text.lastIndexOf('=');
        if (equals < 1 || Files.exists(Path.of(text))) {
            return new TunerOption(Path.of(text), 1);
        }
        String scale = text.substring(equals + 1);
        try {
            double value = Double.parseDouble(scale);
            if (Double.isFinite(value) && value >= 0) {
                return new TunerOption(Path.of(text.substring(0, equals)), value);
            }
        } catch (NumberFormatException e) {
            // told below, like a negative number
        }
        throw new UserException("--tuner " + text + ": the scale must be a number from 0 upwards, got '" + scale
                + "'; 0 is the base model, 1 the trained strength");
    }
}
