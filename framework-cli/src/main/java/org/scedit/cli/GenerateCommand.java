package org.scedit.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.scedit.api.Picture;
import org.scedit.core.UserException;
import org.scedit.core.condition.Condition;
import org.scedit.core.condition.MapMaker;
import org.scedit.core.condition.RecipeConditions;
import org.scedit.core.data.Pictures;
import org.scedit.core.diffusion.SamplerName;
import org.scedit.core.diffusion.Sampling;
import org.scedit.core.diffusion.SchedulerConfig.TimestepSpacing;
import org.scedit.core.engine.Precision;
import org.scedit.core.generate.Pipeline;
import org.scedit.core.generate.Start;
import org.scedit.core.hook.TunedUNet;
import org.scedit.core.hook.TunerInstance;
import org.scedit.core.inspect.ModelSummary;
import org.scedit.core.inspect.TunerFile;
import org.scedit.core.model.Autoencoder;
import org.scedit.core.model.DiffusionModel;
import org.scedit.core.model.ModelParts;
import org.scedit.core.model.ModelParts.Part;
import org.scedit.core.model.UNet;
import org.scedit.core.plugin.PluginCatalogue;
import org.scedit.core.run.PictureGrid;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Draws pictures with a model and any number of tuners. */
@Command(
        name = "generate",
        sortOptions = false,
        description = {"Draws pictures with a base model and any number of tuner files.", ""},
        footer = {
            "",
            "Examples:",
            "  scedit generate --prompt \"a red circle\"",
            "  scedit generate --prompt \"a red circle\" --prompt \"a blue square\" --seed 7 -o pictures/",
            "  scedit generate --tuner runs/quickstart/tuners/sc-tuner.safetensors=0.8 --prompt \"a red circle\"",
            "  scedit generate --tuner runs/embedded-lora/tuners/lora.safetensors --merge --prompt \"a red circle\"",
            "  scedit generate --tuner runs/canny/tuners/csc-tuner.safetensors --control canny=photo.png \\",
            "      --prompt \"a lighthouse by the sea\"",
            "  scedit generate --image photo.png --strength 0.6 --sampler dpm++-2m --karras --prompt \"a red circle\"",
            "  scedit generate --image photo.png --mask hole.png --prompt \"a red circle\"",
            "  scedit generate --model stable-diffusion-v1-5 --precision bfloat16 --steps 50 --guidance 7.5 \\",
            "      --prompt \"a lighthouse by the sea\" -o lighthouse.png"
        })
final class GenerateCommand implements Callable<Integer> {
    private static final Pattern SIZE = Pattern.compile("(\\d{1,5})x(\\d{1,5})");
    private static final int COLUMNS = 4;

    private final Terminal terminal;

    @Option(
            names = "--model",
            paramLabel = "DIR|FILE|hub:NAME",
            description =
                    "Model folder in diffusers' layout, a single file with a whole model (.safetensors, .ckpt), or a"
                            + " hub's model, hub:OWNER/NAME[@REVISION], which is downloaded once; default: the embedded model,"
                            + " models/embedded.")
    private String model;

    @Mixin
    private VariantOption variant;

    @Mixin
    private SingleFileOptions single;

    @Option(
            names = "--tuner",
            paramLabel = "FILE[=SCALE]",
            description =
                    "A tuner's safetensors file and its strength: 0 is the base model, 1 the trained strength (the"
                            + " default), more is allowed; 1.0..0.2 goes from the one at the first step to the other at"
                            + " the last. May be given several times; tuners add up.")
    private List<String> tuners = List.of();

    @Option(
            names = "--method",
            paramLabel = "ID",
            description = "Method of tuner files that do not say it themselves, such as sc-tuner; SC-Tuner weights of"
                    + " the method's authors are recognised without it.")
    private Optional<String> method = Optional.empty();

    @Option(
            names = "--settings",
            paramLabel = "YAML",
            description = "The method's settings for such files, such as '{down_ratio: 0.5}'.")
    private Optional<String> settings = Optional.empty();

    @Option(
            names = "--merge",
            description =
                    "Moves all --tuner into the U-Net's weights before drawing, where they cost no time. For tuners"
                            + " of layers, such as lora; one that edits skip connections or features is refused.")
    private boolean merge;

    @Option(
            names = "--control",
            paramLabel = "CONDITION=PICTURE",
            description = "The picture that a control tuner follows, of which the condition's map is made as in its"
                    + " training; or a folder with a picture for each prompt, in the order of the names. Once for each"
                    + " condition.")
    private List<String> controls = List.of();

    @Option(
            names = "--map",
            paramLabel = "CONDITION=MAP",
            description = "Instead of --control a map that is ready, of the size that is drawn.")
    private List<String> maps = List.of();

    @Option(
            names = "--prompt",
            paramLabel = "TEXT",
            required = true,
            description = "What to draw; one picture for each --prompt.")
    private List<String> prompts = List.of();

    @Option(
            names = "--negative",
            paramLabel = "TEXT",
            defaultValue = "",
            description = "What guidance leads away from.")
    private String negative;

    @Option(
            names = "--steps",
            paramLabel = "N",
            defaultValue = "20",
            description = "Denoising steps; default: ${DEFAULT-VALUE}.")
    private int steps;

    @Option(
            names = "--guidance",
            paramLabel = "SCALE",
            defaultValue = "5",
            description = "Classifier-free guidance scale; 1 = off; default: ${DEFAULT-VALUE}.")
    private double guidance;

    @Option(
            names = "--guidance-rescale",
            paramLabel = "SHARE",
            defaultValue = "0",
            description = "Share of guidance rescaling, 0 to 1; default: ${DEFAULT-VALUE}.")
    private double guidanceRescale;

    @Option(
            names = "--sampler",
            paramLabel = "SAMPLER",
            description = "ddim, ddpm, pndm, euler, euler-ancestral, heun, dpm++-2m, dpm++-2m-sde, dpm++-3m, dpm++ (as"
                    + " the model's scheduler configures it), unipc or lcm; default: the one the model comes with, where"
                    + " it is known, else ddim.")
    private SamplerName sampler;

    @Option(
            names = "--karras",
            negatable = true,
            description =
                    "Noise levels by Karras' spacing, or not; for samplers that go by noise level; default: as the"
                            + " model's scheduler says.")
    private Boolean karras;

    @Option(
            names = "--spacing",
            paramLabel = "SPACING",
            defaultValue = "trailing",
            description = "Spacing of the timesteps: trailing, leading or linspace; default: ${DEFAULT-VALUE}.")
    private TimestepSpacing spacing;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "2023",
            description = "Seed of the first picture's noise, each further picture takes the next; default:"
                    + " ${DEFAULT-VALUE}.")
    private long seed;

    @Option(
            names = "--image",
            paramLabel = "FILE",
            description = "Picture to start from instead of noise, of the size that is drawn.")
    private Path image;

    @Option(
            names = "--strength",
            paramLabel = "SHARE",
            description =
                    "Share of the steps taken from --image, above 0 to 1: how far it may change; default: 0.8, with"
                            + " --mask 1.")
    private Double strength;

    @Option(
            names = "--mask",
            paramLabel = "FILE",
            description = "Of the size of --image: what is light is drawn anew, what is dark is kept.")
    private Path mask;

    @Option(
            names = "--size",
            paramLabel = "WxH",
            description =
                    "Width and height in pixels, such as 512x768; default: that of --image, else the size the model"
                            + " was trained at.")
    private String size;

    @Option(
            names = "--precision",
            paramLabel = "PRECISION",
            defaultValue = "float32",
            description = "Of the U-Net: float32 or bfloat16; default: ${DEFAULT-VALUE}.")
    private Precision precision;

    @Mixin
    private DeviceOption device;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE|FOLDER",
            defaultValue = "out.png",
            description = "A name ending in .png: the picture, or for several prompts a grid with captions. Otherwise a"
                    + " folder for 001.png, 002.png, ... Default: ${DEFAULT-VALUE}.")
    private Path output;

    GenerateCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        requireRanges();
        device.use();
        List<TunerOption> wanted = tuners.stream().map(TunerOption::parse).toList();
        Map<String, ControlOption> given = ControlOption.parse(controls, maps);
        ModelParts base =
                ModelParts.open(single.paths(ModelOption.path(model, variant.name(), terminal), variant.name()));
        base.notices().forEach(terminal.err()::println);
        List<TunerFile> files = new ArrayList<>();
        List<TunerInstance> instances = new ArrayList<>();
        try (PluginCatalogue plugins = Home.plugins()) {
            try {
                load(wanted, base, plugins, files, instances);
                requireMergeable(wanted, instances);
                List<Condition> conditions = conditions(given, files, instances, plugins);
                Pipeline.Settings drawing = drawing(base);
                draw(base, wanted, files, instances, drawing, controlMaps(given, conditions, drawing));
            } finally {
                instances.forEach(TunerInstance::close);
            }
        }
        return 0;
    }

    private void requireRanges() {
        List<String> problems = new ArrayList<>();
        if (steps < 1 || steps > 1000) {
            problems.add("--steps must be from 1 to 1000, got " + steps);
        }
        if (!(guidance >= 0 && Double.isFinite(guidance))) {
            problems.add("--guidance must be 0 or more, got " + guidance);
        }
        if (!(guidanceRescale >= 0 && guidanceRescale <= 1)) {
            problems.add("--guidance-rescale must be from 0 to 1, got " + guidanceRescale);
        }
        if (seed < 0) {
            problems.add("--seed must be 0 or more, got " + seed);
        }
        if (strength != null && !(strength > 0 && strength <= 1)) {
            problems.add("--strength must be above 0 and at most 1, got " + strength);
        }
        if (image == null && (strength != null || mask != null)) {
            problems.add((mask == null ? "--strength" : "--mask") + " goes with a picture to start from; add --image"
                    + " FILE");
        }
        if (size != null && !SIZE.matcher(size).matches()) {
            problems.add("--size must be like 512x512, got '" + size + "'");
        }
        if (!problems.isEmpty()) {
            throw UserException.of(problems, "nothing was drawn");
        }
    }

    /** Before the model, so that a tuner that does not fit is refused before any of its weights is read. */
    private void load(
            List<TunerOption> wanted,
            ModelParts base,
            PluginCatalogue plugins,
            List<TunerFile> files,
            List<TunerInstance> instances) {
        if (wanted.isEmpty()) {
            return;
        }
        UNet structure = ModelSummary.read(base).unet();
        var unlabelled = new TunerFile.Unlabelled(method, settings);
        Set<String> names = new HashSet<>();
        for (TunerOption each : wanted) {
            TunerFile file = TunerFile.open(each.file());
            String name = file.name();
            for (int i = 2; !names.add(name); i++) {
                name = file.name() + " " + i;
            }
            files.add(file);
            instances.add(file.load(name, plugins, structure, unlabelled));
        }
    }

    private void requireMergeable(List<TunerOption> wanted, List<TunerInstance> instances) {
        if (!merge) {
            return;
        }
        if (instances.isEmpty()) {
            throw new UserException("--merge: there is no --tuner to merge");
        }
        List<String> problems = new ArrayList<>();
        for (int i = 0; i < instances.size(); i++) {
            TunedUNet.whyNotMerged(instances.get(i), wanted.get(i).scale())
                    .ifPresent(reason -> problems.add("--merge: " + reason));
        }
        if (!problems.isEmpty()) {
            throw UserException.of(problems, "nothing was drawn");
        }
    }

    /** What the tuners take, each with what makes its maps; refused unless the same is given. */
    private List<Condition> conditions(
            Map<String, ControlOption> given,
            List<TunerFile> files,
            List<TunerInstance> instances,
            PluginCatalogue plugins) {
        SortedMap<String, String> takers = RecipeConditions.takers(instances);
        List<String> problems = new ArrayList<>();
        List<Condition> conditions = new ArrayList<>();
        given.forEach((name, control) -> {
            if (!takers.containsKey(name)) {
                problems.add((control.ready() ? "--map " : "--control ") + name + ": no tuner takes condition '" + name
                        + "'; "
                        + (takers.isEmpty() ? "they take none" : "they take " + String.join(", ", takers.keySet())));
            }
        });
        takers.forEach((name, tuner) -> {
            MapMaker maker = maker(name, files, instances, plugins);
            if (!given.containsKey(name)) {
                problems.add("tuner '" + tuner + "' takes condition '" + name + "', and none is given; add --control "
                        + name + "=PICTURE, or --map " + name + "=MAP with a map that is ready");
            } else if (!given.get(name).ready() && !(maker instanceof MapMaker.Annotated)) {
                problems.add("--control " + name + ": no annotator makes the maps of condition '" + name
                        + "'; give a map that is ready, --map " + name + "=MAP");
            } else {
                conditions.add(new Condition(name, 0, maker));
            }
        });
        if (!problems.isEmpty()) {
            throw UserException.of(problems, "nothing was drawn");
        }
        return conditions;
    }

    /** As in the training of the first tuner that takes it and tells; else the annotator of that id with its defaults. */
    private MapMaker maker(String name, List<TunerFile> files, List<TunerInstance> instances, PluginCatalogue plugins) {
        Map<String, TunerFile> told = new LinkedHashMap<>();
        for (int i = 0; i < files.size(); i++) {
            String words = files.get(i).metadata().get(MapMaker.METADATA + name);
            if (words != null && instances.get(i).tuner().conditions().contains(name)) {
                told.putIfAbsent(words, files.get(i));
            }
        }
        if (told.size() > 1) {
            terminal.err()
                    .println("the tuners were trained with different maps of condition '" + name + "' ("
                            + String.join(" and ", told.keySet()) + "); the first is used");
        }
        if (!told.isEmpty()) {
            var first = told.entrySet().iterator().next();
            return MapMaker.read(
                    first.getKey(), plugins.annotators(), first.getValue().path() + " (condition '" + name + "')");
        }
        return plugins.annotators().containsKey(name)
                ? MapMaker.byDefault(plugins.annotators().get(name))
                : new MapMaker.Ready(Optional.empty());
    }

    private Map<String, List<Picture>> controlMaps(
            Map<String, ControlOption> given, List<Condition> conditions, Pipeline.Settings drawing) {
        Map<String, List<Picture>> made = new TreeMap<>();
        for (Condition condition : conditions) {
            ControlOption control = given.get(condition.name());
            made.put(
                    condition.name(),
                    condition.ofControls(
                            control.path(), control.ready(), prompts.size(), drawing.width(), drawing.height(), seed));
        }
        return made;
    }

    private void draw(
            ModelParts parts,
            List<TunerOption> wanted,
            List<TunerFile> files,
            List<TunerInstance> instances,
            Pipeline.Settings drawing,
            Map<String, List<Picture>> controlMaps) {
        try (DiffusionModel base = DiffusionModel.load(parts, precision);
                TunedUNet unet = new TunedUNet(base.unet(), precision)) {
            for (int i = 0; i < instances.size(); i++) {
                unet.attach(instances.get(i), wanted.get(i).scale());
            }
            if (merge) {
                instances.forEach(tuner -> unet.merge(tuner.name()));
            }
            noticeOtherBases(files, base);
            List<Picture> pictures = new Pipeline(base, unet, terminal.err()::println)
                    .draw(
                            prompts,
                            seed,
                            drawing,
                            (name, picture) -> controlMaps.get(name).get(picture),
                            Pipeline.Observer.NONE);
            write(pictures);
        }
    }

    private void noticeOtherBases(List<TunerFile> files, DiffusionModel base) {
        if (files.stream().noneMatch(file -> file.baseHash().isPresent())) {
            return;
        }
        String hash = base.unetHash();
        for (TunerFile file : files) {
            if (file.baseHash().isPresent() && !file.baseHash().get().equals(hash)) {
                terminal.err()
                        .println(file.path() + ": was trained on another base model than " + base.folder()
                                + " (same sizes, other weights); what it draws may differ");
            }
        }
    }

    /** From the configuration alone, so that a wrong size or sampler is refused before any weight is read. */
    private Pipeline.Settings drawing(ModelParts base) {
        var structure = new UNet(base.config(Part.UNET));
        var autoencoder = new Autoencoder(base.config(Part.VAE));
        if (mask == null && DiffusionModel.inpaints(structure, autoencoder)) {
            throw new UserException(base.path()
                    + ": its U-Net is for inpainting and takes a picture and a mask; give --image" + " and --mask");
        }
        int down = autoencoder.downsampling();
        int width = structure.sampleSize() * down;
        int height = width;
        String source = "--size " + size;
        if (size != null) {
            Matcher sides = SIZE.matcher(size);
            sides.matches();
            width = Integer.parseInt(sides.group(1));
            height = Integer.parseInt(sides.group(2));
        } else if (image != null) {
            Picture first = Pictures.read(image);
            width = first.width();
            height = first.height();
            source = "--image " + image + " is of " + width + "x" + height + " pixels";
        }
        if (width < down || height < down || width % down != 0 || height % down != 0) {
            throw new UserException(
                    source + ": width and height must be multiples of " + down + ", this model's downsampling");
        }
        var sampling = new Sampling(Optional.ofNullable(sampler), Optional.ofNullable(karras), steps, spacing, 0);
        sampling.sampler(base.scheduler());
        Optional<Start> start = image == null
                ? Optional.empty()
                : Optional.of(Start.read(
                        image, Optional.ofNullable(strength), Optional.ofNullable(mask), steps, width, height));
        return new Pipeline.Settings(negative, sampling, guidance, guidanceRescale, width, height, start);
    }

    private void write(List<Picture> pictures) {
        if (output.toString().endsWith(".png") && !Files.isDirectory(output)) {
            Pictures.writePng(
                    pictures.size() == 1 ? pictures.get(0) : PictureGrid.draw(pictures, prompts, COLUMNS), output);
            terminal.out().println(output);
            return;
        }
        for (int i = 0; i < pictures.size(); i++) {
            Path file = output.resolve(String.format(Locale.ROOT, "%03d.png", i + 1));
            Pictures.writePng(pictures.get(i), file);
            terminal.out().println(file + "  " + prompts.get(i));
        }
    }
}
