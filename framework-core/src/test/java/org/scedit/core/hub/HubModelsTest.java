package org.scedit.core.hub;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.scedit.core.hub.FakeHub.COMMIT;
import static org.scedit.core.hub.FakeHub.status;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.scedit.core.UserException;
import org.scedit.core.hub.HubModels.Located;

class HubModelsTest {
    private static final HubModel MODEL = HubModel.parse("owner/name");
    private static final String ASK = "GET /api/models/owner/name/revision/main";
    private static final String UNET = "unet/diffusion_pytorch_model.safetensors";
    private static final String STORED_UNET = "GET /storage/" + UNET;
    private static final List<String> NEEDED = List.of(
            "model_index.json",
            "scheduler/scheduler_config.json",
            "text_encoder/config.json",
            "text_encoder/model.safetensors",
            "tokenizer/merges.txt",
            "tokenizer/special_tokens_map.json",
            "tokenizer/vocab.json",
            "unet/config.json",
            UNET,
            "vae/config.json",
            "vae/diffusion_pytorch_model.safetensors");

    @TempDir
    private Path folder;

    private FakeHub hub;
    private final ByteArrayOutputStream told = new ByteArrayOutputStream();

    @BeforeEach
    void start() throws IOException {
        hub = new FakeHub();
    }

    @AfterEach
    void stop() {
        hub.close();
    }

    private Path cache() {
        return folder.resolve("hub");
    }

    private Path repository() {
        return cache().resolve("models--owner--name");
    }

    private Path snapshot() {
        return repository().resolve("snapshots").resolve(COMMIT);
    }

    private HubSettings settings(URI endpoint, boolean offline, boolean links, int timeoutMillis) {
        return new HubSettings(
                endpoint,
                cache(),
                Optional.of("secret"),
                offline,
                links,
                Duration.ofMillis(timeoutMillis),
                Duration.ofMillis(1),
                4);
    }

    private Located locate(HubSettings settings, HubModel model) {
        var watch = new HubModels.Watch(new PrintStream(told, true, UTF_8), false, () -> false);
        return new HubModels(settings).locate(model, Optional.empty(), watch);
    }

    private Located online() {
        return locate(settings(hub.address(), false, true, 5000), MODEL);
    }

    private Located offline() {
        return locate(settings(hub.address(), true, true, 5000), MODEL);
    }

    private String refusal() {
        try {
            online();
        } catch (UserException e) {
            return e.getMessage().replace(hub.address().toString(), "HUB").replace(cache().toString(), "CACHE");
        }
        throw new AssertionError("was not refused");
    }

    private List<String> files(Path below) throws IOException {
        try (Stream<Path> all = Files.walk(below)) {
            return all.filter(Files::isRegularFile)
                    .map(file -> below.relativize(file).toString().replace('\\', '/'))
                    .sorted()
                    .toList();
        }
    }

    private void requireWhole(Located located) throws IOException {
        assertThat(located).isEqualTo(new Located(snapshot(), COMMIT));
        assertThat(files(located.folder())).isEqualTo(NEEDED);
        for (String name : NEEDED) {
            assertThat(located.folder().resolve(name)).hasBinaryContent(hub.files.get(name));
        }
    }

    /** The cache as huggingface_hub leaves it. */
    private void writeAsPythonDoes(List<String> names) throws IOException {
        Files.createDirectories(repository().resolve("refs"));
        Files.createDirectories(repository().resolve("blobs"));
        Files.writeString(repository().resolve("refs/main"), COMMIT);
        for (String name : names) {
            Path blob = Files.write(repository().resolve("blobs").resolve(hub.etag(name)), hub.files.get(name));
            Path link = snapshot().resolve(name);
            Files.createDirectories(link.getParent());
            Files.createSymbolicLink(link, Path.of((name.contains("/") ? "../" : "") + "../../blobs", hub.etag(name)));
            assertThat(blob).exists();
        }
    }

    @Test
    void downloadsWhatAModelNeedsIntoTheSharedLayout() throws IOException {
        requireWhole(online());
        Path unet = snapshot().resolve(UNET);
        assertThat(Files.readSymbolicLink(unet)).isEqualTo(Path.of("../../../blobs", hub.etag(UNET)));
        assertThat(Files.readSymbolicLink(snapshot().resolve("model_index.json")))
                .isEqualTo(Path.of("../../blobs", hub.etag("model_index.json")));
        assertThat(repository().resolve("refs/main")).hasContent(COMMIT);
        // {} twice is one content
        assertThat(files(repository().resolve("blobs")))
                .isEqualTo(NEEDED.stream().map(hub::etag).distinct().sorted().toList());
    }

    @Test
    void theTokenGoesToTheHubAndToNoOtherHost() {
        online();
        assertThat(hub.authorizations)
                .contains("none " + STORED_UNET)
                .allMatch(line ->
                        line.contains("/storage/") ? line.startsWith("none ") : line.startsWith("Bearer secret "));
    }

    @Test
    void aModelInTheCacheCostsTheQuestionWhereItsRevisionIs() throws IOException {
        writeAsPythonDoes(NEEDED);
        requireWhole(online());
        assertThat(hub.requests).containsExactly(ASK);
    }

    @Test
    void aCacheOfPythonsToolServesOfflineWithoutARequest() throws IOException {
        writeAsPythonDoes(NEEDED);
        requireWhole(offline());
        assertThat(hub.requests).isEmpty();
    }

    @Test
    void aKnownCommitInTheCacheCostsNoRequest() throws IOException {
        online();
        hub.requests.clear();
        var settings = settings(hub.address(), false, true, 5000);
        requireWhole(locate(settings, HubModel.parse("owner/name@" + COMMIT)));
        requireWhole(locate(settings, new HubModel("owner/name", "moved", Optional.of(COMMIT))));
        assertThat(hub.requests).isEmpty();
    }

    @Test
    void aKnownCommitLeavesTheRevisionWhereItIs() throws IOException {
        Files.createDirectories(repository().resolve("refs"));
        String later = "f".repeat(40);
        Files.writeString(repository().resolve("refs/main"), later);
        var settings = settings(hub.address(), false, true, 5000);
        requireWhole(locate(settings, new HubModel("owner/name", "main", Optional.of(COMMIT))));
        assertThat(repository().resolve("refs/main")).hasContent(later);
        requireWhole(online());
        assertThat(repository().resolve("refs/main")).hasContent(COMMIT);
    }

    @Test
    void onlyWhatIsMissingIsDownloaded() throws IOException {
        writeAsPythonDoes(NEEDED.stream().filter(name -> !name.equals(UNET)).toList());
        requireWhole(online());
        String unet = "/owner/name/resolve/" + COMMIT + "/" + UNET;
        assertThat(hub.requests).containsExactly(ASK, "HEAD " + unet, "GET " + unet, STORED_UNET);
    }

    @Test
    void aContentOfAnotherCommitIsLinkedAndNotDownloaded() throws IOException {
        writeAsPythonDoes(NEEDED);
        Files.delete(snapshot().resolve(UNET));
        requireWhole(online());
        assertThat(hub.requests).containsExactly(ASK, "HEAD /owner/name/resolve/" + COMMIT + "/" + UNET);
    }

    @Test
    void whereLinksCannotBeMadeTheSnapshotHoldsTheFiles() throws IOException {
        requireWhole(locate(settings(hub.address(), false, false, 5000), MODEL));
        assertThat(snapshot().resolve(UNET)).isRegularFile();
        assertThat(Files.isSymbolicLink(snapshot().resolve(UNET))).isFalse();
    }

    @Test
    void aStalledDownloadGoesOnWhereItStood() throws IOException {
        hub.answer(STORED_UNET, hub.stalling(30_000), null);
        requireWhole(locate(settings(hub.address(), false, true, 800), MODEL));
        assertThat(hub.ranges).contains("bytes=30000-");
    }

    @Test
    void aDownloadThatEndsEarlyGoesOnWhereItEnded() throws IOException {
        hub.answer(STORED_UNET, hub.truncated(10_000), null);
        requireWhole(online());
        assertThat(hub.ranges).containsExactly("bytes=10000-", "bytes=10000-"); // at the hub, and where it redirects to
    }

    @Test
    void aServerThatKnowsNoRangesIsReadFromTheStart() throws IOException {
        hub.answer(STORED_UNET, hub.truncated(10_000), hub.withoutRanges());
        requireWhole(online());
    }

    @Test
    void aServerWithoutRangesThatAlwaysEndsEarlyIsGivenUp() {
        hub.answer(STORED_UNET, hub.truncated(10_000));
        assertThat(refusal())
                .startsWith("hub model owner/name: " + UNET + " cannot be downloaded: the connection broke");
    }

    @Test
    void aLaterProcessGoesOn() throws IOException {
        hub.answer(STORED_UNET, hub.truncated(60_000), status(500));
        assertThat(refusal())
                .isEqualTo("hub model owner/name: " + UNET + " cannot be downloaded: the hub answers 500; what has"
                        + " arrived is kept, and the same command goes on from there");
        hub.answerAsUsual(STORED_UNET);
        hub.ranges.clear();
        requireWhole(online());
        assertThat(hub.ranges).containsExactly("bytes=60000-", "bytes=60000-");
    }

    @Test
    void whatAnEarlierProcessLeftWrongIsFoundByItsHash() throws IOException {
        Path begun = repository().resolve("blobs").resolve(hub.etag(UNET) + ".scedit.incomplete");
        Files.createDirectories(begun.getParent());
        Files.writeString(begun, "wrong");
        requireWhole(online());
        assertThat(begun).doesNotExist();
    }

    @Test
    void aContentThatIsNotItsHashIsNotKept() throws IOException {
        hub.answer(STORED_UNET, hub.spoilt());
        assertThat(refusal())
                .isEqualTo("hub model owner/name: " + UNET
                        + " arrived 2 times with another content than its hash says ("
                        + hub.etag(UNET) + "); nothing of it was kept. A proxy may change it; try again, or another"
                        + " network or HF_ENDPOINT");
        assertThat(files(repository().resolve("blobs"))).noneMatch(name -> name.startsWith(hub.etag(UNET)));
        assertThat(repository().resolve("refs/main")).doesNotExist();
    }

    @Test
    void aSmallContentThatIsNotItsHashIsNotKept() {
        hub.answer("GET /owner/name/resolve/" + COMMIT + "/model_index.json", exchange -> {
            byte[] page = new byte[hub.files.get("model_index.json").length];
            exchange.sendResponseHeaders(200, page.length);
            exchange.getResponseBody().write(page);
        });
        assertThat(refusal()).contains("model_index.json arrived 2 times with another content than its hash says");
    }

    @Test
    void aBusyHubIsAskedAgain() throws IOException {
        hub.answer(ASK, status(503), status(429), null);
        hub.answer("HEAD /owner/name/resolve/" + COMMIT + "/" + UNET, status(500), null);
        hub.answer(STORED_UNET, status(502), null);
        requireWhole(online());
    }

    @Test
    void aHubThatStaysBusyIsGivenUp() {
        hub.answer(ASK, status(503));
        assertThat(refusal())
                .isEqualTo("hub model owner/name: HUB cannot be reached: the hub answers 503; check the network and"
                        + " HF_ENDPOINT, or give the folder of a model as path");
        assertThat(hub.requests).hasSize(4);
    }

    private static URI nobody() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return URI.create("http://127.0.0.1:" + socket.getLocalPort());
        }
    }

    @Test
    void withoutANetworkTheCacheServesAndSaysSo() throws IOException {
        writeAsPythonDoes(NEEDED);
        requireWhole(locate(settings(nobody(), false, true, 5000), MODEL));
        assertThat(told.toString(UTF_8))
                .contains("cannot be reached (there is no connection")
                .endsWith("; taking owner/name from the cache, commit " + COMMIT + System.lineSeparator());
    }

    @Test
    void withoutANetworkAndCacheTheNetworkIsToBeChecked() throws IOException {
        URI nobody = nobody();
        assertThatThrownBy(() -> locate(settings(nobody, false, true, 5000), MODEL))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith(
                        "hub model owner/name: " + nobody + " cannot be reached: there is no connection")
                .hasMessageEndingWith("; check the network and HF_ENDPOINT, or give the folder of a model as path");
    }

    @Test
    void offlineAMissingModelIsNotDownloaded() {
        assertThatThrownBy(this::offline)
                .isInstanceOf(UserException.class)
                .hasMessage("hub model owner/name: is not in the cache " + cache()
                        + "; offline (HF_HUB_OFFLINE) nothing is downloaded, so unset it once");
        assertThat(hub.requests).isEmpty();
    }

    @Test
    void offlineMissingFilesAreNamed() throws IOException {
        writeAsPythonDoes(List.of(
                "model_index.json",
                "unet/config.json",
                "vae/config.json",
                "text_encoder/config.json",
                "tokenizer/vocab.json",
                "scheduler/scheduler_config.json",
                UNET));
        assertThatThrownBy(this::offline)
                .isInstanceOf(UserException.class)
                .hasMessage("hub model owner/name: these files of commit " + COMMIT + " are not in the cache " + cache()
                        + ": text_encoder/model.safetensors, tokenizer/merges.txt,"
                        + " vae/diffusion_pytorch_model.safetensors; offline (HF_HUB_OFFLINE) nothing is downloaded, so"
                        + " unset it once");
    }

    @Test
    void aWrongTokenIsToldAsOne() {
        hub.answer(ASK, status(401, "X-Error-Code", "RepoNotFound"));
        assertThat(refusal())
                .isEqualTo(
                        "hub model owner/name: the hub answers 401: there is no such model, or it is private or gated;"
                                + " see whether HUB/owner/name exists, and check that your token (HF_TOKEN, or the token file) is"
                                + " valid and may read it");
        assertThat(hub.requests).hasSize(1);
    }

    @Test
    void aGatedModelsTermsAreToBeAccepted() {
        hub.answer(
                "HEAD /owner/name/resolve/" + COMMIT + "/model_index.json", status(403, "X-Error-Code", "GatedRepo"));
        assertThat(refusal())
                .isEqualTo("hub model owner/name, file model_index.json: is gated; accept its terms at HUB/owner/name,"
                        + " then check that your token (HF_TOKEN, or the token file) is valid and may read it");
    }

    @Test
    void aNameOrARevisionThatDoesNotExistIsToldAsOne() {
        hub.answer(ASK, status(404, "X-Error-Code", "RevisionNotFound"));
        assertThat(refusal())
                .isEqualTo("hub model owner/name: has no revision 'main'; its branches and tags are at"
                        + " HUB/owner/name/tree/main (404)");
        hub.answer(ASK, status(404));
        assertThat(refusal())
                .isEqualTo("hub model owner/name: there is no such model or revision; check both names at"
                        + " HUB/owner/name (404)");
    }

    @Test
    void aLoginPageIsNoHub() {
        hub.answer(ASK, exchange -> {
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write("<html>sign in</html>".getBytes(UTF_8));
        });
        assertThat(refusal()).contains("is no answer of a model hub; a proxy or a login page may stand between");
    }

    @Test
    void aRedirectInACircleEnds() {
        hub.answer(ASK, status(302, "Location", "/api/models/owner/name/revision/main"));
        assertThat(refusal()).contains("was redirected more than 5 times");
    }

    @Test
    void aRenamedModelIsFollowed() throws IOException {
        Located located = locate(settings(hub.address(), false, true, 5000), HubModel.parse("old/name"));
        assertThat(located.folder())
                .isEqualTo(cache().resolve("models--old--name/snapshots").resolve(COMMIT));
        assertThat(files(located.folder())).isEqualTo(NEEDED);
    }

    @Test
    void aRepositoryOfOneFileIsNoDiffusersModel() {
        hub.files.clear();
        hub.file("v1-5-pruned.safetensors", "all in one");
        assertThat(refusal())
                .isEqualTo("hub model owner/name: is no diffusers model, it has no model_index.json; it has the single"
                        + " file v1-5-pruned.safetensors, which you can download and name as path");
    }

    @Test
    void aModelWithoutUNetIsRefusedBeforeItsWeights() {
        hub.file("model_index.json", "{\"_class_name\": \"FluxPipeline\", \"transformer\": [\"diffusers\", \"Flux\"]}");
        assertThat(refusal())
                .endsWith("model_index.json: is a FluxPipeline without a U-Net, which is not supported; name a Stable"
                        + " Diffusion model");
        assertThat(hub.requests).noneMatch(request -> request.contains("/storage/"));
    }

    @Test
    void aModelWithoutSafetensorsIsRefusedBeforeItsOtherWeights() {
        hub.files.remove("vae/diffusion_pytorch_model.safetensors");
        hub.file("vae/diffusion_pytorch_model.bin", "pickle");
        assertThat(refusal())
                .isEqualTo("hub model owner/name: lacks vae/diffusion_pytorch_model.safetensors; a model needs all its"
                        + " parts, with weights as safetensors. Nothing more was downloaded; another revision may have"
                        + " them");
        assertThat(hub.requests).noneMatch(request -> request.contains("/storage/"));
    }

    @Test
    @EnabledOnOs(OS.LINUX) // where a file can be always full
    void aFullDiskIsToldAtOnce() throws IOException {
        Path growing = repository().resolve("blobs").resolve(hub.etag(UNET) + ".scedit.incomplete");
        Files.createDirectories(growing.getParent());
        Files.createSymbolicLink(growing, Path.of("/dev/full"));
        assertThat(refusal())
                .isEqualTo(
                        "cannot write " + UNET + " of hub model owner/name to the cache CACHE: No space left on device;"
                                + " free some space, or name another folder in HF_HUB_CACHE; what has arrived is kept");
        assertThat(hub.requests).containsOnlyOnce(STORED_UNET);
    }

    @Test
    void twoDownloadsAtOnceShareTheWork() throws Exception {
        var one = CompletableFuture.supplyAsync(this::online);
        var other = CompletableFuture.supplyAsync(this::online);
        requireWhole(one.get());
        requireWhole(other.get());
        assertThat(hub.requests).containsOnlyOnce(STORED_UNET);
    }

    @Test
    void askedToStopItEndsAndKeepsWhatIsThere() throws IOException {
        var watch = new HubModels.Watch(
                new PrintStream(told, true, UTF_8), false, () -> hub.requests.contains(STORED_UNET));
        assertThatThrownBy(() -> new HubModels(settings(hub.address(), false, true, 5000))
                        .locate(MODEL, Optional.empty(), watch))
                .isInstanceOf(UserException.class)
                .hasMessage(
                        "stopped while downloading; what has arrived is kept, and the same command goes on from there");
        requireWhole(online());
    }
}
