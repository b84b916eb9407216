package org.scedit.core.report;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A headless Chromium with one page, spoken to by its DevTools protocol. */
final class Browser implements AutoCloseable {
    private static final List<String> NAMES = List.of("chromium", "chromium-browser", "google-chrome");
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Process process;
    private final Path profile;
    private final WebSocket socket;
    private final Map<Integer, CompletableFuture<JsonObject>> answers = new ConcurrentHashMap<>();
    private final List<JsonObject> events = new CopyOnWriteArrayList<>();
    private int commands;

    private Browser(Process process, Path profile, String address) {
        this.process = process;
        this.profile = profile;
        socket = HttpClient.newHttpClient()
                .newWebSocketBuilder()
                .buildAsync(URI.create(address), new Listener())
                .orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                .join();
        List.of("Page", "Runtime", "Log", "Network").forEach(domain -> send(domain + ".enable", Map.of()));
    }

    /** The browser's program, if there is one on the path. */
    static Optional<Path> program() {
        return Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .flatMap(folder -> NAMES.stream().map(name -> Path.of(folder, name)))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** Starts one, with a profile of its own that goes with it. */
    static Browser start(Path program) throws IOException, InterruptedException {
        Path profile = Files.createTempDirectory("scedit-browser");
        var builder = new ProcessBuilder(
                        program.toString(),
                        "--headless=new",
                        "--no-sandbox", // as root there is none
                        "--disable-gpu",
                        "--disable-dev-shm-usage",
                        "--disable-background-networking",
                        "--no-first-run",
                        "--remote-debugging-port=0",
                        "--user-data-dir=" + profile,
                        "about:blank")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD);
        builder.environment().put("TMPDIR", profile.toString()); // what it leaves there goes with the profile
        Process process = builder.start();
        try {
            Path port = profile.resolve("DevToolsActivePort");
            long end = System.nanoTime() + PATIENCE.toNanos();
            while (!Files.exists(port) || Files.readAllLines(port).size() < 2) {
                if (System.nanoTime() > end || !process.isAlive()) {
                    throw new IllegalStateException(program + " does not start");
                }
                Thread.sleep(50);
            }
            return new Browser(process, profile, page(Files.readAllLines(port).get(0)));
        } catch (RuntimeException e) {
            process.destroyForcibly();
            throw e;
        }
    }

    private static String page(String port) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/json/list"))
                .timeout(PATIENCE)
                .build();
        String list = HttpClient.newHttpClient()
                .send(request, BodyHandlers.ofString())
                .body();
        for (JsonElement target : JsonParser.parseString(list).getAsJsonArray()) {
            if (target.getAsJsonObject().get("type").getAsString().equals("page")) {
                return target.getAsJsonObject().get("webSocketDebuggerUrl").getAsString();
            }
        }
        throw new IllegalStateException("no page in " + list);
    }

    private final class Listener implements WebSocket.Listener {
        private final StringBuilder message = new StringBuilder();

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
            message.append(part);
            if (last) {
                JsonObject json = JsonParser.parseString(message.toString()).getAsJsonObject();
                message.setLength(0);
                if (json.has("id")) {
                    answers.remove(json.get("id").getAsInt()).complete(json);
                } else {
                    events.add(json);
                }
            }
            from.request(1);
            return null;
        }
    }

    /** Sends a command and waits for its result. */
    JsonObject send(String method, Map<String, ?> parameters) {
        int id = ++commands;
        var answer = new CompletableFuture<JsonObject>();
        answers.put(id, answer);
        var command = new JsonObject();
        command.addProperty("id", id);
        command.addProperty("method", method);
        command.add("params", new Gson().toJsonTree(parameters));
        socket.sendText(command.toString(), true).join();
        JsonObject result =
                answer.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
        if (result.has("error")) {
            throw new IllegalStateException(method + ": " + result.get("error"));
        }
        return result.getAsJsonObject("result");
    }

    /** Opens a file and waits until it is loaded; what happened before is forgotten. */
    void open(Path page) throws InterruptedException {
        events.clear();
        send("Page.navigate", Map.of("url", page.toUri().toString()));
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (events("Page.loadEventFired").findAny().isEmpty()) {
            if (System.nanoTime() > end) {
                throw new IllegalStateException(page + " is not loaded");
            }
            Thread.sleep(20);
        }
    }

    /** What a script gives in the page. */
    JsonElement evaluate(String script) {
        JsonObject result = send("Runtime.evaluate", Map.of("expression", script, "returnByValue", true));
        if (result.has("exceptionDetails")) {
            throw new IllegalStateException(script + ": " + result.get("exceptionDetails"));
        }
        return result.getAsJsonObject("result").get("value");
    }

    /** What went wrong in the page since it was opened: exceptions, console, refused resources. */
    List<String> complaints() {
        return Stream.of(
                        "Runtime.exceptionThrown",
                        "Runtime.consoleAPICalled",
                        "Log.entryAdded",
                        "Network.loadingFailed")
                .flatMap(this::events)
                .map(JsonObject::toString)
                .toList();
    }

    /** The addresses that the page asked for, without those that hold their content. */
    List<String> requests() {
        return events("Network.requestWillBeSent")
                .map(event -> event.getAsJsonObject("params")
                        .getAsJsonObject("request")
                        .get("url")
                        .getAsString())
                .filter(url -> !url.startsWith("data:"))
                .toList();
    }

    private Stream<JsonObject> events(String method) {
        return events.stream().filter(event -> event.get("method").getAsString().equals(method));
    }

    /** The window's size in CSS pixels; narrow ones as a phone's. */
    void resize(int width, int height) {
        send(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", width < 600));
    }

    /** Whether the system prefers dark, and whether this is for a screen or for paper. */
    void media(String media, String scheme) {
        send(
                "Emulation.setEmulatedMedia",
                Map.of("media", media, "features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
    }

    /** Whether pages may run scripts; {@link #evaluate} may in any case. */
    void scripts(boolean run) {
        send("Emulation.setScriptExecutionDisabled", Map.of("value", !run));
    }

    /** Presses a key: {@code Tab}, {@code Enter}. */
    void press(String key) {
        Map<String, Integer> codes = Map.of("Tab", 9, "Enter", 13);
        Map<String, Object> event = new HashMap<>(
                Map.of("key", key, "code", key, "windowsVirtualKeyCode", codes.get(key), "type", "keyDown"));
        if (key.equals("Enter")) {
            event.put("text", "\r");
        }
        send("Input.dispatchKeyEvent", event);
        send(
                "Input.dispatchKeyEvent",
                Map.of("key", key, "code", key, "windowsVirtualKeyCode", codes.get(key), "type", "keyUp"));
    }

    /** The whole page as a PNG. */
    byte[] screenshot() {
        return bytes(send("Page.captureScreenshot", Map.of("format", "png", "captureBeyondViewport", true)));
    }

    /** The page as it is printed, a PDF. */
    byte[] pdf() {
        return bytes(send("Page.printToPDF", Map.of("preferCSSPageSize", true, "printBackground", true)));
    }

    private static byte[] bytes(JsonObject result) {
        return Base64.getDecoder().decode(result.get("data").getAsString());
    }

    @Override
    public void close() throws IOException, InterruptedException {
        socket.abort();
        process.destroy();
        if (!process.waitFor(20, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
        }
        try (Stream<Path> files = Files.walk(profile)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
