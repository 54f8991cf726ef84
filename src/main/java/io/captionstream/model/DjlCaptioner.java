package io.captionstream.model;

import static com.google.common.base.Preconditions.checkArgument;

import ai.djl.Device;
import ai.djl.MalformedModelException;
import ai.djl.engine.Engine;
import ai.djl.inference.Predictor;
import ai.djl.repository.zoo.Criteria;
import ai.djl.repository.zoo.ModelNotFoundException;
import ai.djl.repository.zoo.ZooModel;
import ai.djl.translate.TranslateException;
import com.google.common.base.Throwables;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.captionstream.model.InferenceException.Code;
import io.captionstream.network.FrozenGraph;
import io.captionstream.network.GraphSignature;
import io.captionstream.network.TensorFlowRuntime;
import io.captionstream.text.Vocabulary;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tensorflow.exceptions.TFResourceExhaustedException;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.GraphOptions;
import org.tensorflow.proto.RewriterConfig;

/**
 * A bundle loaded into DJL's TensorFlow engine. Batches run one at a time: TensorFlow spreads one over all its threads,
 * and two at once are no faster. Closing waits for a running batch and gives the native memory back.
 */
public final class DjlCaptioner implements Captioner {
    private static final String ENGINE = "TensorFlow";
    private static final Path CPU_INFO = Path.of("/proc/cpuinfo");

    private final ModelIdentity identity;
    private final InputSpec input;
    private final Vocabulary vocabulary;
    private final Set<GraphSignature> signatures;
    private final @Nullable ConfidenceCalibration confidence;
    private final PrecisionChoice precision;
    private final Device device;

    @GuardedBy("this")
    private final ZooModel<BeamTranslator.Request, BeamResult> model;

    /** Made when first used: TensorFlow keeps a copy of the weights for every signature that runs. */
    @GuardedBy("this")
    private final Map<GraphSignature, Predictor<BeamTranslator.Request, BeamResult>> predictors =
            new EnumMap<>(GraphSignature.class);

    @GuardedBy("this")
    private boolean closed;

    private DjlCaptioner(
            ModelBundle bundle,
            ZooModel<BeamTranslator.Request, BeamResult> model,
            PrecisionChoice precision,
            Device device) {
        this.identity = bundle.identity();
        this.input = bundle.manifest().input();
        this.vocabulary = bundle.vocabulary();
        this.signatures = bundle.signatures();
        this.confidence = bundle.manifest().confidence();
        this.precision = precision;
        this.device = device;
        this.model = model;
        predictors.put(GraphSignature.SEARCH, model.newPredictor());
    }

    /**
     * Loads a bundle.
     *
     * @throws InferenceException if a GPU is asked for and there is none, or the engine cannot load the graph
     */
    public static DjlCaptioner load(ModelBundle bundle, CaptionerConfig config) throws InferenceException {
        TensorFlowRuntime.ensureLoaded(config.intraOpThreads());
        Device device = device(config.device(), Engine.getEngine(ENGINE).getGpuCount());
        PrecisionChoice precision =
                PrecisionChoice.of(config, bundle.manifest().bfloat16(), device.isGpu(), hasBfloat16());
        Criteria<BeamTranslator.Request, BeamResult> criteria = Criteria.builder()
                .setTypes(BeamTranslator.Request.class, BeamResult.class)
                .optEngine(ENGINE)
                .optDevice(device)
                .optModelPath(bundle.directory())
                .optModelName(bundle.manifest().name())
                .optTranslator(new BeamTranslator(bundle.manifest().input(), GraphSignature.SEARCH))
                .optOption("Tags", FrozenGraph.TAG)
                .optOption("SignatureDefKey", FrozenGraph.SIGNATURE)
                .optOption(
                        "ConfigProto",
                        Base64.getEncoder()
                                .encodeToString(
                                        session(config, device, precision).toByteArray()))
                .build();
        try {
            return new DjlCaptioner(bundle, criteria.loadModel(), precision, device);
        } catch (IOException | ModelNotFoundException | MalformedModelException | RuntimeException e) {
            throw new InferenceException(
                    isOutOfMemory(e) ? Code.OUT_OF_MEMORY : Code.MODEL_FAILURE,
                    "cannot load " + bundle.directory() + ": " + e.getMessage(),
                    e);
        }
    }

    @Override
    public ModelIdentity identity() {
        return identity;
    }

    @Override
    public InputSpec input() {
        return input;
    }

    @Override
    public PrecisionChoice precision() {
        return precision;
    }

    @Override
    public @Nullable Double confidence(Alternative best) {
        return confidence == null ? null : confidence.of(best);
    }

    @Override
    public List<List<Alternative>> caption(ByteBuffer rgb, int batchSize, DecodingOptions options)
            throws InferenceException {
        return caption(rgb, batchSize, options, new long[batchSize]);
    }

    @Override
    public List<List<Alternative>> caption(ByteBuffer rgb, int batchSize, DecodingOptions options, long[] seeds)
            throws InferenceException {
        checkArgument(batchSize > 0, "batchSize must be positive: %s", batchSize);
        checkArgument(rgb.isDirect(), "the pixels must be in a direct buffer");
        checkArgument(
                rgb.remaining() == Math.multiplyExact(batchSize, input.bytes()),
                "%s images of %s bytes do not make %s bytes",
                batchSize,
                input.bytes(),
                rgb.remaining());
        checkArgument(
                options.beamWidth() <= vocabulary.size(),
                "%s beams are more than the %s tokens there are",
                options.beamWidth(),
                vocabulary.size());
        checkArgument(seeds.length == batchSize, "%s seeds for %s images", seeds.length, batchSize);
        if (!signatures.contains(options.signature())) {
            throw new InferenceException(
                    Code.UNSUPPORTED_OPTIONS,
                    "the graph of %s was exported before there was a %s; 'reexport' makes a bundle that has it"
                            .formatted(identity.name(), options.signature().key()));
        }
        BeamResult result = predict(new BeamTranslator.Request(rgb.duplicate(), batchSize, options, seeds));
        return result.ranked(vocabulary, options.lengthPenalty());
    }

    private synchronized BeamResult predict(BeamTranslator.Request request) throws InferenceException {
        if (closed) {
            throw new InferenceException(Code.CLOSED, "model " + identity.name() + " is closed");
        }
        try {
            return predictors
                    .computeIfAbsent(request.options().signature(), this::predictor)
                    .predict(request);
        } catch (TranslateException | RuntimeException | OutOfMemoryError e) {
            throw new InferenceException(
                    isOutOfMemory(e) ? Code.OUT_OF_MEMORY : Code.MODEL_FAILURE,
                    "model " + identity.name() + " failed on a batch of " + request.batchSize() + ": "
                            + Throwables.getRootCause(e).getMessage(),
                    e);
        }
    }

    @GuardedBy("this")
    private Predictor<BeamTranslator.Request, BeamResult> predictor(GraphSignature signature) {
        return new SignaturePredictor<>(
                model.getWrappedModel(), new BeamTranslator(input, signature), device, signature.key());
    }

    /**
     * Runs once on every batch size: the first run of a size is several times slower than the next, which no event should
     * have to wait for.
     */
    public void warmUp(Iterable<Integer> batchSizes, DecodingOptions options) throws InferenceException {
        for (int batchSize : batchSizes) {
            caption(ByteBuffer.allocateDirect(Math.multiplyExact(batchSize, input.bytes())), batchSize, options);
        }
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            predictors.values().forEach(Predictor::close);
            model.close();
        }
    }

    static Device device(CaptionerConfig.Device wanted, int gpus) throws InferenceException {
        if (wanted == CaptionerConfig.Device.GPU && gpus == 0) {
            throw new InferenceException(
                    Code.MODEL_FAILURE,
                    "device gpu is asked for, but TensorFlow sees none: check driver, CUDA libraries and that the GPU"
                            + " natives are on the class path");
        }
        return wanted == CaptionerConfig.Device.CPU || gpus == 0 ? Device.cpu() : Device.gpu();
    }

    private static ConfigProto session(CaptionerConfig config, Device device, PrecisionChoice precision) {
        RewriterConfig.Builder rewriter = RewriterConfig.newBuilder();
        if (precision.bfloat16()) {
            rewriter.setAutoMixedPrecisionOnednnBfloat16(RewriterConfig.Toggle.ON);
        }
        ConfigProto.Builder session = ConfigProto.newBuilder()
                .setAllowSoftPlacement(true)
                .setIntraOpParallelismThreads(config.intraOpThreads())
                .setGraphOptions(GraphOptions.newBuilder().setRewriteOptions(rewriter));
        if (!device.isGpu()) {
            session.putDeviceCount("GPU", 0);
        }
        return session.build();
    }

    /** Whether the CPU has instructions for bfloat16. */
    public static boolean hasBfloat16() {
        String flags = cpuFlags();
        return flags.contains("avx512_bf16") || flags.contains("amx_bf16");
    }

    private static String cpuFlags() {
        try {
            return Files.readString(CPU_INFO);
        } catch (IOException e) {
            // Not Linux: nothing says that the CPU has the instructions.
            return "";
        }
    }

    private static boolean isOutOfMemory(Throwable failure) {
        return Throwables.getCausalChain(failure).stream()
                .anyMatch(cause -> cause instanceof TFResourceExhaustedException || cause instanceof OutOfMemoryError);
    }
}
