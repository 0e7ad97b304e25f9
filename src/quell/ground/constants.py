"""Constants of physics (CODATA 2018) and the temperature of a human body; everything else lives in cards."""

GAS = 8.314462618  # J / (mol K)
FARADAY = 96485.33212  # C / mol
BODY_KELVIN = 310.15  # 37 degC, as in the source articles
THERMAL_mV = 1000.0 * GAS * BODY_KELVIN / FARADAY  # RT/F = 26.73 mV
