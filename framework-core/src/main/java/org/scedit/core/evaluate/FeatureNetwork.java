package org.scedit.core.evaluate;

import java.util.List;
import org.scedit.api.Picture;
import org.scedit.core.UserException;

/**
 * A frozen network that describes pictures by a row of numbers each, in which distances between sets of pictures are
 * measured. The same pictures give the same rows, whatever else is asked for with them. Close it to free its weights.
 */
public interface FeatureNetwork extends AutoCloseable {
    /** What it is, for reports and messages: a few words, such as {@code the embedded features}. */
    String words();

    /**
     * Features of pictures of any size.
     *
     * @return one row of equally many finite numbers for each picture
     * @throws UserException if the network does not take the pictures, or gives something else
     */
    float[][] pictures(List<Picture> pictures);

    /** Whether it has {@linkplain #texts features of texts} too. */
    boolean readsTexts();

    /**
     * Features of texts. The cosine between them and those of a picture says how well the two fit.
     *
     * @return one row for each text, as long as those of pictures
     * @throws UserException if it is a network of pictures only
     */
    float[][] texts(List<String> texts);

    @Override
    void close();
}
