package org.scedit.core.model;

import ai.djl.ndarray.NDArray;
import com.google.gson.Gson;
import com.google.gson.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.scedit.core.engine.Ops;
import org.scedit.core.engine.Scope;
import org.scedit.core.scenes.SceneAttribute;

/**
 * The feature network that the project trains on the scene world: a few convolutions, and two linear layers that put
 * texts among the features and read from them what a picture shows.
 * <pre>
 * features(picture) = W · [mean, max over pixels of h; means of h in 4×4 regions]
 *                     h = convolutions, all but the last of which halve the side
 * features(text)    = V · [mean, max over tokens of gelu(U · state)];   state = the text encoder's, frozen
 * </pre>
 * Of a picture and a text, the cosine of the two says how well they fit. The mean tells what there is of a texture, the
 * maximum whether something is there at all, the regions where it stands.
 */
public final class FeatureModel {
    /** The weights' file in the network's folder. */
    public static final String WEIGHTS = "model.safetensors";

    private static final int CHANNELS_OF_A_GROUP = 8;
    private static final double EPSILON = 1e-5;

    private final ConfigFile config;
    private final ParameterSet parameters;
    private final Ops ops;
    private final List<ConvLayer> convolutions = new ArrayList<>();
    private final List<Norm> norms = new ArrayList<>();
    private final LinearLayer pictureOut;
    private final LinearLayer textIn;
    private final LinearLayer textOut;
    private final LinearLayer attributes;

    /** Builds the network without weights. */
    public FeatureModel(ConfigFile config) {
        this.config = config;
        config.supportOnly("model_type", "scene_features", "scene_features");
        var model = new ModelBuilder();
        parameters = model.parameters();
        ops = model.ops();
        List<Integer> channels = config.integers("channels");
        int in = 3;
        for (int i = 0; i < channels.size(); i++) {
            int out = channels.get(i);
            // the first sees as far as a style's pattern repeats; the last stays at the side of the one before it
            int kernel = i == 0 ? 5 : 3;
            int stride = i == channels.size() - 1 ? 1 : 2;
            convolutions.add(new ConvLayer(model, "convolutions." + i, in, out, kernel, stride, kernel / 2));
            norms.add(Norm.group(model, "norms." + i, out, out / CHANNELS_OF_A_GROUP, EPSILON));
            in = out;
        }
        int text = config.integer("text_width");
        pictureOut = new LinearLayer(model, "picture_out", (2 + regions() * regions()) * in, width(), true);
        textIn = new LinearLayer(model, "text_in", text, text, true);
        textOut = new LinearLayer(model, "text_out", 2 * text, width(), true);
        attributes = new LinearLayer(model, "attributes", width(), SceneAttribute.total(), true);
    }

    /**
     * The configuration of the network as the project trains it.
     *
     * @param textWidth width of the text encoder's states
     */
    public static ConfigFile standard(int textWidth) {
        var values = new JsonObject();
        values.addProperty("model_type", "scene_features");
        values.addProperty("picture_size", 64);
        values.add("channels", new Gson().toJsonTree(List.of(32, 64, 96, 96)));
        values.addProperty("regions", 4);
        values.addProperty("features", 96);
        values.addProperty("text_width", textWidth);
        return ConfigFile.of(Path.of("config.json"), values);
    }

    /** Its configuration. */
    public ConfigFile config() {
        return config;
    }

    /** Its parameters. */
    public ParameterSet parameters() {
        return parameters;
    }

    /** Side of the pictures it takes, in pixels. */
    public int pictureSize() {
        return config.integer("picture_size");
    }

    /** How many features it gives. */
    public int width() {
        return config.integer("features");
    }

    /** How many regions a picture has along a side, each with a mean of its own. */
    private int regions() {
        return config.integer("regions");
    }

    /**
     * Features of pictures.
     *
     * @param pictures {@code (batch, 3, size, size)} in -1..1
     * @return {@code (batch, width)}
     */
    public NDArray pictures(NDArray pictures) {
        try (Scope scope = new Scope()) {
            NDArray hidden = pictures;
            for (int i = 0; i < convolutions.size(); i++) {
                hidden = norms.get(i).forwardSilu(convolutions.get(i).forward(hidden));
            }
            NDArray anywhere = ops.meanAndMost(ops.toTokens(hidden));
            return scope.keep(pictureOut.forward(ops.concat(anywhere, ops.regionMeans(hidden, regions()))));
        }
    }

    /**
     * Features of texts.
     *
     * @param states of the text encoder, {@code (batch, tokens, text width)}
     * @return {@code (batch, width)}
     */
    public NDArray texts(NDArray states) {
        try (Scope scope = new Scope()) {
            return scope.keep(textOut.forward(ops.meanAndMost(ops.gelu(textIn.forward(states)))));
        }
    }

    /**
     * What pictures show, by their features: {@link SceneAttribute}'s rows, before a softmax or sigmoid.
     *
     * @param features {@code (batch, width)}
     * @return {@code (batch, SceneAttribute.total())}
     */
    public NDArray attributes(NDArray features) {
        try (Scope scope = new Scope()) {
            return scope.keep(attributes.forward(features));
        }
    }
}
