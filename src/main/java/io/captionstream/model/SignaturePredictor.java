package io.captionstream.model;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.inference.Predictor;
import ai.djl.tensorflow.engine.TfSymbolBlock;
import ai.djl.translate.Translator;

/** Runs another signature of a loaded model than the one it was loaded with. */
final class SignaturePredictor<I, O> extends Predictor<I, O> {
    /** @param signature its key in the SavedModel, which must have it */
    SignaturePredictor(Model model, Translator<I, O> translator, Device device, String signature) {
        super(model, translator, device, false);
        // Shares session and weights with the model's own block, and like that one is closed with the model.
        this.block = new TfSymbolBlock(((TfSymbolBlock) model.getBlock()).getSavedModelBundle(), signature);
    }
}
