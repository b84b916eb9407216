package org.scedit.core.hub;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.scedit.core.UserException;

/**
 * The hub's HTTP interface. Redirects are followed here and not by Java's client, so that the token goes to the
 * endpoint only: large files are redirected to storage on other hosts.
 */
final class HubClient {
    private static final int MOST_REDIRECTS = 5;
    private static final int LARGEST_ANSWER = 32 << 20;
    private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);
    /** Statuses that another attempt may change; so may every 5xx. */
    private static final Set<Integer> PASSING = Set.of(408, 429);

    /**
     * What a revision holds.
     *
     * @param commit it stands for
     * @param files  relative paths, with slashes
     */
    record Listing(String commit, List<String> files) {}

    /**
     * A file of a commit.
     *
     * @param name relative path, with slashes
     * @param etag SHA-256 for large files, otherwise git's SHA-1; names the blob
     * @param size bytes, where the hub tells them
     */
    record RemoteFile(String name, String etag, OptionalLong size) {}

    private final HubSettings settings;
    private final HttpClient http;

    HubClient(HubSettings settings) {
        this.settings = settings;
        http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(settings.timeout())
                .build();
    }

    /**
     * Asks what a revision holds.
     *
     * @throws IOException   if the hub cannot be reached or does not answer as a hub does
     * @throws UserException if it says no: the message tells what to do
     */
    Listing listing(HubModel model) throws IOException {
        URI place = at("/api/models/" + model.name() + "/revision/"
                + URLEncoder.encode(model.pinned().orElse(model.revision()), StandardCharsets.UTF_8));
        return retried(() -> {
            var response = send("GET", place, 0);
            try (TimedBody body = response.body()) {
                require(response, model, "");
                return parsed(text(body), place);
            }
        });
    }

    /**
     * Asks for a file's hash and size.
     *
     * @throws IOException   as {@link #listing}
     * @throws UserException as {@link #listing}
     */
    RemoteFile file(HubModel model, String commit, String name) throws IOException {
        URI place = at("/" + model.name() + "/resolve/" + commit + "/" + name);
        return retried(() -> {
            var response = send("HEAD", place, 0);
            try (TimedBody body = response.body()) {
                boolean elsewhere = REDIRECTS.contains(response.statusCode());
                if (!elsewhere) {
                    require(response, model, name);
                }
                // W/"abc" and "abc" are the same tag
                String etag = header(response, "X-Linked-Etag")
                        .or(() -> header(response, "ETag"))
                        .map(tag -> tag.replaceFirst("^W/", "").replace("\"", ""))
                        .orElse("");
                if (!etag.matches("[A-Za-z0-9_-]{16,128}")) {
                    throw new IOException(place + " came without the hash (ETag) that a hub gives with every file");
                }
                return new RemoteFile(name, etag, size(response, elsewhere));
            }
        });
    }

    /**
     * Begins to read a file. The answer is whole (200), or a part (206) that begins where it was asked for, or there is
     * no such part (416); its body is the caller's to close.
     *
     * @param from first byte
     * @throws IOException   as {@link #listing}; nothing is tried a second time
     * @throws UserException as {@link #listing}
     */
    HttpResponse<TimedBody> open(HubModel model, String commit, String name, long from) throws IOException {
        var response = send("GET", at("/" + model.name() + "/resolve/" + commit + "/" + name), from);
        boolean usable = false;
        try {
            if (response.statusCode() != 416) {
                require(response, model, name);
            }
            usable = true;
            return response;
        } finally {
            if (!usable) {
                response.body().close();
            }
        }
    }

    /** The endpoint's address with a path, which is encoded already or needs no encoding. */
    private URI at(String path) {
        return URI.create(settings.endpoint() + path);
    }

    private HttpResponse<TimedBody> send(String method, URI start, long from) throws IOException {
        URI place = start;
        for (int i = 0; i <= MOST_REDIRECTS; i++) {
            HttpResponse<TimedBody> response = exchange(request(method, place, from));
            Optional<URI> next = redirect(response, place);
            // a large file's redirect to storage tells all about it
            if (next.isEmpty()
                    || method.equals("HEAD")
                            && header(response, "X-Linked-Etag").isPresent()) {
                return response;
            }
            response.body().close();
            place = next.get();
        }
        throw new IOException(start + " was redirected more than " + MOST_REDIRECTS + " times");
    }

    private HttpRequest request(String method, URI place, long from) {
        var request = HttpRequest.newBuilder(place)
                .timeout(settings.timeout())
                .header("User-Agent", "scedit")
                .header("Accept-Encoding", "identity")
                .method(method, HttpRequest.BodyPublishers.noBody());
        if (origin(place).equals(origin(settings.endpoint()))) {
            settings.token().ifPresent(token -> request.header("Authorization", "Bearer " + token));
        }
        if (from > 0) {
            request.header("Range", "bytes=" + from + "-");
        }
        return request.build();
    }

    private HttpResponse<TimedBody> exchange(HttpRequest request) throws IOException {
        try {
            return http.send(request, info -> new TimedBody(settings.timeout()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        }
    }

    private static Optional<URI> redirect(HttpResponse<?> response, URI place) throws IOException {
        if (!REDIRECTS.contains(response.statusCode())) {
            return Optional.empty();
        }
        String location = header(response, "Location").orElse("");
        try {
            URI next = place.resolve(new URI(location));
            boolean known = "https".equals(next.getScheme()) || "http".equals(next.getScheme());
            if (!location.isEmpty() && known && next.getHost() != null && !isDowngrade(place, next)) {
                return Optional.of(next);
            }
        } catch (URISyntaxException | IllegalArgumentException e) {
            // told below
        }
        throw new IOException(place + " was redirected to '" + location + "', where it is not followed");
    }

    private static boolean isDowngrade(URI from, URI to) {
        return "https".equals(from.getScheme()) && !"https".equals(to.getScheme());
    }

    private static String origin(URI place) {
        int byDefault = "https".equals(place.getScheme()) ? 443 : 80;
        return place.getScheme() + "://" + place.getHost().toLowerCase(Locale.ROOT) + ":"
                + (place.getPort() < 0 ? byDefault : place.getPort());
    }

    /** @param file of the repository; empty: the repository itself */
    private void require(HttpResponse<?> response, HubModel model, String file) throws IOException {
        int status = response.statusCode();
        if (status == 200 || status == 206) {
            return;
        }
        if (status >= 500 || PASSING.contains(status)) {
            throw new IOException("the hub answers " + status);
        }
        throw new UserException(new Refusal(settings, model, file).message(status, header(response, "X-Error-Code")));
    }

    private static Listing parsed(String text, URI place) throws IOException {
        try {
            JsonObject answer = JsonParser.parseString(text).getAsJsonObject();
            String commit = answer.get("sha").getAsString();
            List<String> files = new ArrayList<>();
            for (JsonElement sibling : answer.getAsJsonArray("siblings")) {
                files.add(sibling.getAsJsonObject().get("rfilename").getAsString());
            }
            if (HubModel.isCommit(commit)) {
                return new Listing(commit, List.copyOf(files));
            }
        } catch (JsonParseException
                | IllegalStateException
                | UnsupportedOperationException
                | NullPointerException
                | ClassCastException
                | StackOverflowError e) {
            // told below, like an answer without commit
        }
        throw new IOException(place + " is no answer of a model hub; a proxy or a login page may stand between");
    }

    private static String text(TimedBody body) throws IOException {
        var text = new ByteArrayOutputStream();
        for (List<ByteBuffer> bytes = body.next(); !bytes.isEmpty(); bytes = body.next()) {
            for (ByteBuffer each : bytes) {
                byte[] piece = new byte[each.remaining()];
                each.get(piece);
                text.write(piece);
            }
            if (text.size() > LARGEST_ANSWER) {
                throw new IOException("the hub's answer is longer than " + (LARGEST_ANSWER >> 20) + " MiB");
            }
        }
        return text.toString(StandardCharsets.UTF_8);
    }

    /** @param elsewhere whether the length is that of a redirect and not the file's */
    private static OptionalLong size(HttpResponse<?> response, boolean elsewhere) {
        return header(response, "X-Linked-Size")
                .or(() -> elsewhere ? Optional.empty() : header(response, "Content-Length"))
                .filter(size -> size.matches("[0-9]{1,18}"))
                .map(size -> OptionalLong.of(Long.parseLong(size)))
                .orElse(OptionalLong.empty());
    }

    private static Optional<String> header(HttpResponse<?> response, String name) {
        return response.headers().firstValue(name);
    }

    private interface Attempt<T> {
        T now() throws IOException;
    }

    private <T> T retried(Attempt<T> attempt) throws IOException {
        var patience = new Patience(settings);
        while (true) {
            try {
                return attempt.now();
            } catch (ConnectException e) {
                throw e; // without a network waiting does not help, and the user waits with us
            } catch (IOException e) {
                patience.after(e);
            }
        }
    }

    /** What a failure says, or its kind. */
    static String reason(Throwable failure) {
        if (failure instanceof ConnectException) {
            return failure.getMessage() == null
                    ? "there is no connection, or no such host"
                    : "there is no connection (" + failure.getMessage() + ")";
        }
        return failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage();
    }

    /** {@code 10 s}, {@code 0.2 s}. */
    static String inWords(Duration time) {
        return time.toMillis() % 1000 == 0
                ? time.toSeconds() + " s"
                : String.format(Locale.ROOT, "%.1f s", time.toMillis() / 1000.0);
    }
}
