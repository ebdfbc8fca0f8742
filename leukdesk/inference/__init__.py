"""Engines behind one port, calibration and novelty: from preprocessed inputs to predictions."""
