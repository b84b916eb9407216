package org.scedit.core.hub;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.scedit.core.UserException;

/**
 * Where the hub and its cache are, and how patiently it is asked.
 *
 * @param endpoint  the hub's address
 * @param cache     folder of the cache, which need not exist
 * @param token     sent to the endpoint, and to no other host; empty for none
 * @param offline   whether only the cache is used
 * @param links     whether snapshots are symbolic links to blobs, where the disk can have them
 * @param timeout   the longest silence of the hub that is waited for
 * @param firstWait after a failure; doubled after each further one, up to 8 seconds
 * @param attempts  failures in a row after which it is given up, at least 1
 */
public record HubSettings(
        URI endpoint,
        Path cache,
        Optional<String> token,
        boolean offline,
        boolean links,
        Duration timeout,
        Duration firstWait,
        int attempts) {
    private static final String DEFAULT_ENDPOINT = "https://huggingface.co";
    private static final int DEFAULT_TIMEOUT_SECONDS = 10;
    private static final Set<String> TRUE = Set.of("1", "ON", "YES", "TRUE");
    private static final Pattern VARIABLE = Pattern.compile("\\$(?:\\{(\\w+)}|(\\w+))");

    /**
     * As the environment variables say that Hugging Face's tools know: {@code HF_ENDPOINT}, {@code HF_HUB_CACHE},
     * {@code HF_HOME}, {@code XDG_CACHE_HOME}, {@code HF_TOKEN}, {@code HF_TOKEN_PATH}, {@code HF_HUB_OFFLINE},
     * {@code HF_HUB_DISABLE_SYMLINKS}, {@code HF_HUB_DISABLE_IMPLICIT_TOKEN} and {@code HF_HUB_DOWNLOAD_TIMEOUT}.
     *
     * @param environment the variables
     * @param userHome    the user's home folder
     * @throws UserException if one of them has a value that makes no sense, or the token's file cannot be read
     */
    public static HubSettings of(Map<String, String> environment, Path userHome) {
        return new Reading(environment, userHome).settings();
    }

    /** Without the token, which must not get into a log. */
    @Override
    public String toString() {
        return "HubSettings[" + endpoint + ", " + cache + (token.isPresent() ? ", with a token" : "")
                + (offline ? ", offline]" : "]");
    }

    /** The variables, while they are read. */
    private record Reading(Map<String, String> environment, Path userHome) {
        HubSettings settings() {
            Path home = path("HF_HOME").orElseGet(() -> path("XDG_CACHE_HOME")
                    .orElse(userHome.resolve(".cache"))
                    .resolve("huggingface"));
            Path cache =
                    path("HF_HUB_CACHE").or(() -> path("HUGGINGFACE_HUB_CACHE")).orElse(home.resolve("hub"));
            return new HubSettings(
                    endpoint(),
                    cache,
                    token(path("HF_TOKEN_PATH").orElse(home.resolve("token"))),
                    isTrue("HF_HUB_OFFLINE") || text("HF_HUB_OFFLINE").isEmpty() && isTrue("TRANSFORMERS_OFFLINE"),
                    !isTrue("HF_HUB_DISABLE_SYMLINKS"),
                    Duration.ofSeconds(timeoutSeconds()),
                    Duration.ofSeconds(1),
                    5);
        }

        private Optional<String> text(String name) {
            return Optional.ofNullable(environment.get(name)).map(String::strip).filter(value -> !value.isEmpty());
        }

        private boolean isTrue(String name) {
            return text(name)
                    .map(value -> TRUE.contains(value.toUpperCase(Locale.ROOT)))
                    .orElse(false);
        }

        private Optional<Path> path(String name) {
            return text(name).map(value -> {
                Matcher variables = VARIABLE.matcher(value);
                String whole = variables.replaceAll(found -> {
                    String variable = found.group(1) == null ? found.group(2) : found.group(1);
                    return Matcher.quoteReplacement(environment.getOrDefault(variable, found.group()));
                });
                return whole.equals("~") || whole.startsWith("~/")
                        ? userHome.resolve(whole.substring(Math.min(2, whole.length())))
                        : Path.of(whole);
            });
        }

        private URI endpoint() {
            String text = text("HF_ENDPOINT").orElse(DEFAULT_ENDPOINT).replaceFirst("/+$", "");
            try {
                URI address = URI.create(text);
                if (address.getHost() != null && Set.of("http", "https").contains(address.getScheme())) {
                    return address;
                }
            } catch (IllegalArgumentException e) {
                // told below, like an address without a host
            }
            throw new UserException(
                    "HF_ENDPOINT must be a web address, such as " + DEFAULT_ENDPOINT + ", got '" + text + "'");
        }

        private int timeoutSeconds() {
            String text = text("HF_HUB_DOWNLOAD_TIMEOUT").orElse(String.valueOf(DEFAULT_TIMEOUT_SECONDS));
            if (!text.matches("[1-9][0-9]{0,5}")) {
                throw new UserException(
                        "HF_HUB_DOWNLOAD_TIMEOUT must be a whole number of seconds from 1 on, got '" + text + "'");
            }
            return Integer.parseInt(text);
        }

        private Optional<String> token(Path file) {
            if (isTrue("HF_HUB_DISABLE_IMPLICIT_TOKEN")) {
                return Optional.empty();
            }
            Optional<String> token = Stream.of("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN")
                    .flatMap(name -> text(name).stream())
                    .findFirst()
                    .or(() -> tokenIn(file));
            if (token.isPresent() && !token.get().matches("[\\x21-\\x7e]+")) {
                throw new UserException("the hub's token (HF_TOKEN, or the file " + file
                        + ") holds a blank or another character that no token has; copy it again");
            }
            return token;
        }

        private static Optional<String> tokenIn(Path file) {
            try {
                return Optional.of(Files.readString(file).strip()).filter(token -> !token.isEmpty());
            } catch (NoSuchFileException e) {
                return Optional.empty();
            } catch (IOException e) {
                throw new UserException(
                        file + ": the hub's token cannot be read; set HF_TOKEN, or HF_TOKEN_PATH to another file", e);
            }
        }
    }
}
