package org.scedit.core.hub;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;

/**
 * A hub of one model, {@code owner/name}, on this machine: large files are redirected to storage on another port, as the
 * real one does. It can be told to misbehave.
 */
final class FakeHub implements AutoCloseable {
    static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

    /** The files of the model, to be changed before it is asked. */
    final Map<String, byte[]> files = new TreeMap<>();
    /** {@code METHOD /path}, in the order received, of both ports. */
    final List<String> requests = new CopyOnWriteArrayList<>();
    /** As {@link #requests}, with the {@code Authorization} or {@code none} in front. */
    final List<String> authorizations = new CopyOnWriteArrayList<>();
    /** The {@code Range} of each request that had one. */
    final List<String> ranges = new CopyOnWriteArrayList<>();

    private final Map<String, Deque<HttpHandler>> misbehaviour = new ConcurrentHashMap<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final CountDownLatch end = new CountDownLatch(1);
    private final HttpServer hub;
    private final HttpServer storage;

    FakeHub() throws IOException {
        hub = start(this::answer);
        storage = start(exchange -> send(exchange, files.get(fileOf(exchange, "/storage/")), true));
        for (String part : List.of("unet", "vae", "text_encoder", "scheduler")) {
            file(
                    part + (part.equals("scheduler") ? "/scheduler_config.json" : "/config.json"),
                    "{\"_of\": \"" + part + "\"}");
        }
        file("model_index.json", """
                {"_class_name": "StableDiffusionPipeline", "unet": ["diffusers", "UNet2DConditionModel"],
                 "vae": ["diffusers", "AutoencoderKL"], "text_encoder": ["transformers", "CLIPTextModel"],
                 "tokenizer": ["transformers", "CLIPTokenizer"], "scheduler": ["diffusers", "DDIMScheduler"],
                 "safety_checker": ["stable_diffusion", "Checker"], "image_encoder": [null, null]}
                """);
        file("tokenizer/vocab.json", "{}");
        file("tokenizer/merges.txt", "#version: 0.2\n");
        file("tokenizer/special_tokens_map.json", "{}\n");
        file("unet/diffusion_pytorch_model.safetensors", "unet ".repeat(20_000));
        file("vae/diffusion_pytorch_model.safetensors", "vae ".repeat(300));
        file("text_encoder/model.safetensors", "text ".repeat(300));
        // what no one needs here
        file("README.md", "# a model");
        file("unet/diffusion_pytorch_model.bin", "pickle");
        file("unet/diffusion_pytorch_model.fp16.safetensors", "half ".repeat(300));
        file("safety_checker/config.json", "{}");
        file("safety_checker/model.safetensors", "checker");
    }

    private HttpServer start(HttpHandler handler) throws IOException {
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", exchange -> {
            String request =
                    exchange.getRequestMethod() + " " + exchange.getRequestURI().getRawPath();
            synchronized (this) {
                requests.add(request);
                String token = exchange.getRequestHeaders().getFirst("Authorization");
                authorizations.add((token == null ? "none" : token) + " " + request);
                String range = exchange.getRequestHeaders().getFirst("Range");
                if (range != null) {
                    ranges.add(range);
                }
            }
            Deque<HttpHandler> next = misbehaviour.getOrDefault(request, new ArrayDeque<>());
            HttpHandler once = next.size() > 1 ? next.poll() : next.peek();
            try (exchange) {
                (once == null ? handler : once).handle(exchange);
            }
        });
        server.start();
        return server;
    }

    void file(String name, String content) {
        files.put(name, content.getBytes(UTF_8));
    }

    /** What the next such requests are answered with; the last one again and again, null for the usual answer. */
    void answer(String request, HttpHandler... answers) {
        var queue = new ArrayDeque<HttpHandler>();
        for (HttpHandler each : answers) {
            queue.add(each == null ? this::usual : each);
        }
        misbehaviour.put(request, queue);
    }

    /** No more {@link #answer} for such requests. */
    void answerAsUsual(String request) {
        misbehaviour.remove(request);
    }

    private void usual(HttpExchange exchange) throws IOException {
        if (exchange.getHttpContext().getServer() == storage) {
            send(exchange, files.get(fileOf(exchange, "/storage/")), true);
        } else {
            answer(exchange);
        }
    }

    URI address() {
        return URI.create("http://127.0.0.1:" + hub.getAddress().getPort());
    }

    /** Nothing but a status. */
    static HttpHandler status(int status, String... headers) {
        return exchange -> {
            for (int i = 0; i < headers.length; i += 2) {
                exchange.getResponseHeaders().set(headers[i], headers[i + 1]);
            }
            exchange.sendResponseHeaders(status, -1);
        };
    }

    /** Announces the whole file of the storage, sends {@code bytes} of it and ends the connection. */
    HttpHandler truncated(int bytes) {
        return exchange -> {
            byte[] content = files.get(fileOf(exchange, "/storage/"));
            exchange.sendResponseHeaders(200, content.length);
            exchange.getResponseBody().write(content, 0, bytes);
            exchange.getResponseBody().flush();
        };
    }

    /** Sends {@code bytes} of a file of the storage, then nothing until the hub is closed. */
    HttpHandler stalling(int bytes) {
        return exchange -> {
            byte[] content = files.get(fileOf(exchange, "/storage/"));
            exchange.sendResponseHeaders(200, content.length);
            exchange.getResponseBody().write(content, 0, bytes);
            exchange.getResponseBody().flush();
            try {
                end.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        };
    }

    /** Sends the whole file of the storage, whatever part was asked for. */
    HttpHandler withoutRanges() {
        return exchange -> send(exchange, files.get(fileOf(exchange, "/storage/")), false);
    }

    /** Sends the file of the storage with one byte changed. */
    HttpHandler spoilt() {
        return exchange -> {
            byte[] content = files.get(fileOf(exchange, "/storage/")).clone();
            content[content.length / 2]++;
            send(exchange, content, true);
        };
    }

    private void answer(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        if (path.contains("old/name/")) { // the model's name before
            status(307, "Location", path.replace("old/name/", "owner/name/")).handle(exchange);
            return;
        }
        if (path.startsWith("/api/models/owner/name/revision/")) {
            String siblings = files.keySet().stream()
                    .map(name -> "{\"rfilename\": \"" + name + "\"}")
                    .collect(Collectors.joining(", "));
            send(exchange, ("{\"sha\": \"" + COMMIT + "\", \"siblings\": [" + siblings + "]}").getBytes(UTF_8), false);
            return;
        }
        String name = fileOf(exchange, "/owner/name/resolve/" + COMMIT + "/");
        byte[] content = files.get(name);
        if (content == null) {
            exchange.sendResponseHeaders(404, -1);
            return;
        }
        exchange.getResponseHeaders().set("X-Repo-Commit", COMMIT);
        if (isLarge(name)) {
            exchange.getResponseHeaders().set("X-Linked-Etag", '"' + etag(name) + '"');
            exchange.getResponseHeaders().set("X-Linked-Size", String.valueOf(content.length));
            exchange.getResponseHeaders()
                    .set("Location", "http://127.0.0.1:" + storage.getAddress().getPort() + "/storage/" + name);
            exchange.sendResponseHeaders(302, -1);
        } else {
            exchange.getResponseHeaders().set("ETag", "W/\"" + etag(name) + '"');
            send(exchange, content, true);
        }
    }

    private static boolean isLarge(String name) {
        return name.endsWith(".safetensors");
    }

    /** As the hub gives it: SHA-256 of large files, git's name of the others. */
    String etag(String name) {
        byte[] content = files.get(name);
        return isLarge(name)
                ? hash("SHA-256", new byte[0], content)
                : hash("SHA-1", ("blob " + content.length + "\0").getBytes(US_ASCII), content);
    }

    private static String hash(String algorithm, byte[] before, byte[] content) {
        try {
            var digest = MessageDigest.getInstance(algorithm);
            digest.update(before);
            return HexFormat.of().formatHex(digest.digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String fileOf(HttpExchange exchange, String before) {
        String path = exchange.getRequestURI().getPath();
        return path.startsWith(before) ? path.substring(before.length()) : "";
    }

    private static void send(HttpExchange exchange, byte[] content, boolean ranges) throws IOException {
        String range = exchange.getRequestHeaders().getFirst("Range");
        int from = ranges && range != null ? Integer.parseInt(range.replaceAll("[^0-9]", "")) : 0;
        if (from >= content.length && from > 0) {
            exchange.sendResponseHeaders(416, -1);
            return;
        }
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.getResponseHeaders().set("Content-Length", String.valueOf(content.length));
            exchange.sendResponseHeaders(200, -1);
            return;
        }
        if (from > 0) {
            exchange.getResponseHeaders()
                    .set("Content-Range", "bytes " + from + "-" + (content.length - 1) + "/" + content.length);
        }
        exchange.sendResponseHeaders(from > 0 ? 206 : 200, content.length - from);
        try (OutputStream body = exchange.getResponseBody()) {
            body.write(Arrays.copyOfRange(content, from, content.length));
        }
    }

    @Override
    public void close() {
        end.countDown();
        hub.stop(0);
        storage.stop(0);
        threads.shutdownNow();
    }
}
