/**
 * Networks that describe pictures by numbers, for measures to compare them by: files of TorchScript and ONNX, and the
 * one that the project trains on the scene world.
 */
package org.scedit.core.features;
