package org.scedit.core.report;

import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Optional;
import javax.imageio.ImageIO;

/** Pictures as they stand in the page: their bytes in its text, larger ones made smaller first. */
final class PictureFiles {
    /** The embedded model's pictures are smaller and stay as they are; a page of larger ones would weigh too much. */
    private static final int LARGEST = 192;

    private PictureFiles() {}

    /**
     * A picture as a {@code data:} address.
     *
     * @return empty if the file is not there or holds no picture, as of a run that is at work
     */
    static Optional<String> address(Path file) {
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        try {
            byte[] bytes = Files.readAllBytes(file);
            BufferedImage picture = ImageIO.read(new ByteArrayInputStream(bytes));
            if (picture == null) {
                return Optional.empty();
            }
            boolean fits = Math.max(picture.getWidth(), picture.getHeight()) <= LARGEST;
            return Optional.of(
                    fits
                            ? "data:image/png;base64," + Base64.getEncoder().encodeToString(bytes)
                            : "data:image/jpeg;base64," + Base64.getEncoder().encodeToString(reduced(picture)));
        } catch (IOException | RuntimeException e) { // half a file can lead a reader to any of them
            return Optional.empty();
        }
    }

    private static byte[] reduced(BufferedImage picture) throws IOException {
        double factor = (double) LARGEST / Math.max(picture.getWidth(), picture.getHeight());
        int width = Math.max(1, (int) Math.round(factor * picture.getWidth()));
        int height = Math.max(1, (int) Math.round(factor * picture.getHeight()));
        var small = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = small.createGraphics();
        graphics.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BICUBIC);
        graphics.drawImage(picture, 0, 0, width, height, null);
        graphics.dispose();
        var bytes = new ByteArrayOutputStream();
        ImageIO.write(small, "jpeg", bytes);
        return bytes.toByteArray();
    }
}
