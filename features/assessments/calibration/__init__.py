"""How hard and how sharp items are, and what is the matter with them, from all answers together. Needs numpy, and is
loaded by nothing but a process of its own (`python -m features.assessments.calibration`): web and worker stay light."""
