package org.scedit.core.scenes;

import java.util.List;
import org.scedit.api.Drawn;
import org.scedit.api.Picture;

/** What {@linkplain SceneMeasure measures of the picture world} see: pictures and the scenes they should show. */
public interface SceneDrawn extends Drawn {
    /** What the pictures should show, in their order. */
    List<Scene> scenes();

    /** The style that the pictures should have. */
    Style style();

    /**
     * As many pictures of other scenes, whose combinations of colour and shape the embedded model was not trained on
     * ({@link Split#HELDOUT}).
     *
     * @param objects in each scene
     */
    SceneDrawn heldOut(int objects);

    /**
     * The scenes in the style, as the autoencoder gives them back: nothing that the U-Net draws can be crisper.
     */
    List<Picture> reconstructions();
}
