"""Two dialects that programs speak with us, thin translations onto the rule modules; neither holds a rule."""
