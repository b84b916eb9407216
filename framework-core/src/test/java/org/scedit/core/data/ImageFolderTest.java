package org.scedit.core.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scedit.api.Picture;
import org.scedit.core.UserException;

class ImageFolderTest {
    @TempDir
    Path folder;

    @Test
    void captionsComeFromMetadataAndThenFromTextFiles() throws IOException {
        picture("b.png", 1);
        picture("a.png", 2);
        picture("more/c.PNG", 3);
        text(
                "metadata.jsonl",
                "{\"file_name\": \"b.png\", \"text\": \"from a line\", \"width\": 5}\n\n"
                        + "{\"file_name\": \"more/c.PNG\", \"text\": \"deeper\"}\n");
        text("a.txt", "  from a\n file ");
        text("b.txt", "not looked at");

        assertThat(captions(ImageFolder.open(folder, 8, false)))
                .containsExactly("from a file", "from a line", "deeper");
    }

    @Test
    void examplesHaveTheAskedSizeAndStayTheSame() throws IOException {
        picture("a.png", 7);
        text("a.txt", "a picture");
        ImageFolder pictures = ImageFolder.open(folder, 4, false);
        Example example = pictures.get(0);
        assertThat(example.picture()).isEqualTo(Picture.of(4, 4, filled(4 * 4, 7)));
        assertThat(pictures.get(0)).isEqualTo(example);
    }

    @Test
    void aShareIsHeldOutByNameWhateverElseIsThere() throws IOException {
        for (int i = 0; i < 20; i++) {
            picture(i + ".png", 1);
            text(i + ".txt", "number " + i);
        }
        ImageFolder all = ImageFolder.open(folder, 8, false);
        ImageFolder.Parts parts = all.split(0.25);
        assertThat(parts.rest().size()).isEqualTo(5);
        assertThat(captions(parts.first())).doesNotContainAnyElementsOf(captions(parts.rest()));
        assertThat(Stream.concat(captions(parts.first()).stream(), captions(parts.rest()).stream()))
                .containsExactlyInAnyOrderElementsOf(captions(all));

        // of one picture less, those that were held out still are, except for the one at the edge
        Files.delete(folder.resolve("0.png"));
        Files.delete(folder.resolve("0.txt"));
        ImageFolder.Parts fewer = ImageFolder.open(folder, 8, false).split(0.25);
        assertThat(captions(parts.rest()).stream().filter(captions(fewer.rest())::contains))
                .hasSizeGreaterThanOrEqualTo(4);
    }

    @Test
    void onePictureIsNeitherTrainedOnNorHeldOutAlone() throws IOException {
        picture("a.png", 1);
        text("a.txt", "a picture");
        ImageFolder one = ImageFolder.open(folder, 8, false);
        assertThatThrownBy(() -> one.split(0.5))
                .isInstanceOf(UserException.class)
                .hasMessage(folder + ": holds 1 picture, of which none can be held out; give validation.path");
        picture("b.png", 1);
        text("b.txt", "another");
        assertThat(ImageFolder.open(folder, 8, false).split(0.01).rest().size()).isEqualTo(1);
        assertThat(ImageFolder.open(folder, 8, false).split(0.9).first().size()).isEqualTo(1);
    }

    @Test
    void hiddenAndForeignFilesAreNoPictures() throws IOException {
        picture("a.png", 1);
        text("a.txt", "a picture");
        picture(".thumbnails/a.png", 1);
        text("LICENSE.txt", "free");
        text("png", "no ending");
        assertThat(ImageFolder.open(folder, 8, false).size()).isEqualTo(1);
    }

    @Test
    void allMistakesAreToldAtOnce() throws IOException {
        picture("cat.png", 1);
        picture("dog.png", 1);
        text("mouse.jpg", "not a picture");
        text("mouse.txt", "a mouse");
        picture("owl.png", 1);
        text("owl.txt", " \n");
        text("scan.tiff", "?");
        Files.write(folder.resolve("yak.txt"), new byte[] {(byte) 0xE4});
        picture("yak.png", 1);
        text("metadata.jsonl", """
            {"file_name": "cat.png", "text": "a cat"}
            {"file_name": "cat.png", "text": "a cat"
            ["cat.png"]
            {"text": "a cat"}
            {"file_name": "cat.png"}
            {"file_name": "bird.png", "text": "a bird"}
            {"file_name": "../cat.png", "text": "a cat"}
            {"file_name": "cat.png", "text": "the cat"}
            {"file_name": "scan.tiff", "text": "a scan"}
            """);
        assertThatThrownBy(() -> ImageFolder.open(folder, 8, false))
                .isInstanceOf(UserException.class)
                .hasMessage("""
                    F/metadata.jsonl:2: is not a JSON object such as {"file_name": "cat.png", "text": "a cat"}
                    F/metadata.jsonl:3: is not a JSON object such as {"file_name": "cat.png", "text": "a cat"}
                    F/metadata.jsonl:4: has no "file_name", the picture's name in this folder
                    F/metadata.jsonl:5: has no "text", the caption of cat.png
                    F/metadata.jsonl:6: there is no picture bird.png in F
                    F/metadata.jsonl:7: file_name ../cat.png is outside the folder
                    F/metadata.jsonl:8: cat.png has a caption already, in line 1
                    F/metadata.jsonl:9: scan.tiff is not one of the kinds of picture that are read: png, jpg, webp, gif, bmp
                    F/dog.png: has no caption in F/metadata.jsonl and no dog.txt
                    F/mouse.jpg: is not a PNG, JPEG, WebP, GIF or BMP picture; repair or remove it, or set data.unreadable to skip
                    F/owl.txt: is empty, a caption was expected
                    F/yak.txt: is not UTF-8 text; save it as UTF-8
                    12 problems, nothing was started\
                    """.replace("F/", folder + "/").replace(" F\n", " " + folder + "\n"));
    }

    @Test
    void withoutMetadataBothPlacesForACaptionAreNamed() throws IOException {
        picture("dog.png", 1);
        assertThatThrownBy(() -> ImageFolder.open(folder, 8, false))
                .hasMessage(folder + "/dog.png: has no caption; give it one in dog.txt or in " + folder
                        + "/metadata.jsonl\n1 problem, nothing was started");
    }

    @Test
    void unreadablePicturesAreSkippedAndNamedIfAsked() throws IOException {
        picture("a.png", 1);
        text("a.txt", "a picture");
        text("b.png", "not a picture");
        text("b.txt", "another");
        ImageFolder pictures = ImageFolder.open(folder, 8, true);
        assertThat(captions(pictures)).containsExactly("a picture");
        assertThat(pictures.skipped())
                .containsExactly(new ImageFolder.Skipped(
                        folder.resolve("b.png"), "is not a PNG, JPEG, WebP, GIF or BMP picture"));
    }

    @Test
    void nothingLeftIsAnError() throws IOException {
        assertThatThrownBy(() -> ImageFolder.open(folder, 8, true))
                .hasMessage(folder + ": holds no picture (png, jpg, webp, gif, bmp)\n1 problem, nothing was started");
        text("b.png", "not a picture");
        text("b.txt", "another");
        assertThatThrownBy(() -> ImageFolder.open(folder, 8, true))
                .hasMessage(folder + ": holds no readable picture (png, jpg, webp, gif, bmp)\n  " + folder
                        + "/b.png: is not a PNG, JPEG, WebP, GIF or BMP picture\n1 problem, nothing was started");
        assertThatThrownBy(() -> ImageFolder.open(folder.resolve("b.png"), 8, true))
                .hasMessage(folder + "/b.png: is not a folder; data.path must name a folder of pictures");
    }

    @Test
    void aLongListOfMistakesIsCutButCounted() throws IOException {
        text("metadata.jsonl", "broken\n".repeat(150));
        assertThatThrownBy(() -> ImageFolder.open(folder, 8, false))
                .hasMessageEndingWith("\n... and 50 more like these\n150 problems, nothing was started");
    }

    private void picture(String name, int level) {
        Pictures.writePng(Picture.of(8, 8, filled(64, level)), folder.resolve(name));
    }

    private void text(String name, String text) throws IOException {
        Files.writeString(folder.resolve(name), text);
    }

    private static byte[] filled(int pixels, int level) {
        byte[] rgb = new byte[3 * pixels];
        Arrays.fill(rgb, (byte) level);
        return rgb;
    }

    private static List<String> captions(ImageFolder pictures) {
        return IntStream.range(0, pictures.size())
                .mapToObj(i -> pictures.get(i).caption())
                .toList();
    }
}
