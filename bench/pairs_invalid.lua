--- Cases of ../shared/corpus/pairs that are themselves invalid, by "SET/CASE", each with why.
return {
}
