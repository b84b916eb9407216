package org.scedit.core;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Function;

/** Reads the JSON that runs leave in their folders, where it may be damaged or of another version. */
public final class JsonFile {
    private JsonFile() {}

    /**
     * What a file says.
     *
     * @param meaning takes its object apart, and may fail as Gson does where the file has another shape
     * @throws UserException if the file is missing, or is not such an object
     */
    public static <T> T read(Path file, Function<JsonObject, T> meaning) {
        try {
            return meaning.apply(JsonParser.parseString(Files.readString(file)).getAsJsonObject());
        } catch (IOException
                | JsonParseException // not JSON
                | ClassCastException // JSON of another shape, in Gson's words
                | IllegalStateException
                | IllegalArgumentException
                | NullPointerException
                | UnsupportedOperationException e) {
            throw new UserException(
                    file + ": is missing, or not what a run leaves there; delete the run's folder and do the run again",
                    e);
        }
    }

    /**
     * A number.
     *
     * @throws IllegalArgumentException if it is infinite or none
     */
    public static double finite(JsonElement number) {
        double value = number.getAsDouble();
        if (!Double.isFinite(value)) {
            throw new IllegalArgumentException(value + " is not a result");
        }
        return value;
    }
}
