"""Controls that several screens share; they know nothing of households or visits."""
