"""Random schedules of the whole app against the model of Procore, one seed at a time. docs/simulation.md says how to
read a failure and how to switch a mechanism off."""
