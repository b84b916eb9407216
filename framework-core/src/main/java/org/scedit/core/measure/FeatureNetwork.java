package org.scedit.core.measure;

import java.util.List;
import org.scedit.api.Picture;

/** Gives features of pictures and of texts, for measures that compare distributions or meanings. */
public interface FeatureNetwork extends AutoCloseable {
    /** One row of equally many numbers for each picture. */
    float[][] ofPictures(List<Picture> pictures);

    /**
     * One row for each text, in the space of the pictures' rows.
     *
     * @throws org.scedit.core.UserException if the network knows no texts
     */
    float[][] ofTexts(List<String> texts);

    @Override
    void close();
}
